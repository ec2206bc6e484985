import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse, type SchemaObject } from '@nestjs/swagger';
import { z } from 'zod';

/** What a route answers inside the envelope. */
interface Answer {
  entities?: z.ZodType;
  data?: z.ZodType;
  dataList?: z.ZodType;
  /** The whole answer, which has no envelope. */
  bare?: z.ZodType;
  /** 200 when absent. */
  status?: number;
  description?: string;
}

/** Describes a route in the OpenAPI document: its summary and its successes. Failures are added to all routes alike. */
export function Answers(summary: string, ...answers: readonly Answer[]): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary }),
    ...answers.map((answer) =>
      ApiResponse({
        status: answer.status ?? 200,
        description: answer.description ?? 'Done',
        schema: answer.bare === undefined ? envelopeSchema(answer) : jsonSchema(answer.bare),
      }),
    ),
  );
}

function envelopeSchema({ entities, data, dataList }: Answer): SchemaObject {
  const listOf = (schema: z.ZodType): SchemaObject => ({ type: 'array', items: jsonSchema(schema) });
  return {
    allOf: [
      { $ref: '#/components/schemas/Envelope' },
      {
        type: 'object',
        properties: {
          ...(entities && { entities: listOf(entities) }),
          ...(data && { data: jsonSchema(data) }),
          ...(dataList && { data: listOf(dataList) }),
        },
      },
    ],
  };
}

/** What a schema answers with, as OpenAPI 3.0 has it. */
export function jsonSchema(schema: z.ZodType): SchemaObject {
  const converted: Record<string, unknown> = z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'output' });
  delete converted['$schema'];
  return converted;
}

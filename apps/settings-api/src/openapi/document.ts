import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { jsonSchema } from './answers.ts';

type Responses = NonNullable<OpenAPIObject['paths'][string]['get']>['responses'];

const METHODS = ['get', 'put', 'post', 'delete'] as const;

const envelopeSchema = z.object({
  action: z.string().describe('The method, in lower case'),
  organization: z.string(),
  application: z.string().describe('UUID of the app'),
  applicationName: z.string(),
  uri: z.string(),
  path: z.string().optional(),
  timestamp: z.int().describe('Unix ms at which the request came in'),
  duration: z.int().describe('ms'),
  count: z.int().optional(),
  cursor: z.string().optional().describe('Where a list goes on; absent on the last page'),
});

const errorSchema = z.object({
  error: z.string(),
  exception: z.string(),
  timestamp: z.int(),
  duration: z.int(),
  error_description: z.string(),
});

/** The OpenAPI document of all routes. */
export function createDocument(app: NestFastifyApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Offpush')
    .setDescription('Push settings, devices and message events of chat apps.')
    .setVersion('1')
    .addSecurity('bearer', {
      type: 'http',
      scheme: 'bearer',
      description:
        'A token of the app (offpush token create, POST token, or signed as Agora does) or of one of its users',
    })
    .addSecurityRequirements('bearer')
    .build();
  return complete(SwaggerModule.createDocument(app, config, { autoTagControllers: true }));
}

/** Adds what all routes share: the app's path parameters, the failures, the envelope. */
function complete(document: OpenAPIObject): OpenAPIObject {
  document.components = {
    ...document.components,
    schemas: {
      ...document.components?.schemas,
      Envelope: jsonSchema(envelopeSchema),
      Error: jsonSchema(errorSchema),
    },
  };
  for (const [path, item] of Object.entries(document.paths)) {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    for (const method of METHODS) {
      const operation = item[method];
      if (operation === undefined) continue;
      const given = operation.parameters ?? [];
      const missing = names.filter(
        (name) => !given.some((parameter) => 'name' in parameter && parameter.name === name),
      );
      operation.parameters = [
        ...missing.map((name) => ({ name, in: 'path' as const, required: true, schema: { type: 'string' as const } })),
        ...given,
      ];
      // A route that only fails describes no success; Nest then says 200, without a word about it.
      if (isUndescribed(operation.responses['200'])) delete operation.responses['200'];
      operation.responses['default'] = {
        description: 'A failure (docs/errors.md)',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      };
    }
  }
  return document;
}

function isUndescribed(response: Responses[string]): boolean {
  return response !== undefined && 'description' in response && response.description === '';
}

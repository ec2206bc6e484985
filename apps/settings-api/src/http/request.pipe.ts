import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { ApiError } from '#libs/contracts';

const MAX_SHOWN_CHARACTERS = 100;

type Issue = {
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  /** Zod's list of the fields that a strict object does not know. */
  readonly keys?: readonly string[];
};

/** Checks what a handler takes against the schema beside it. A request without a body has an empty one. */
export class RequestPipe implements PipeTransform {
  async transform(value: unknown, { schema, type, data }: ArgumentMetadata): Promise<unknown> {
    if (schema === undefined || type === 'custom') return value;
    const result = await schema['~standard'].validate(type === 'body' ? (value ?? {}) : value);
    if (result.issues === undefined) return result.value;
    throw invalidParameter(result.issues, data ?? type);
  }
}

/** Names the first field that is wrong; never its value. `whole` is the name when it is none in particular. */
export function invalidParameter(issues: readonly Issue[], whole: string): ApiError {
  const [issue] = issues;
  const path = (issue?.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  const unknown = issue?.keys?.[0];
  const name = (unknown === undefined ? path : [...path, unknown]).join('.');
  return new ApiError('parameter_invalid', { parameter: name === '' ? whole : name.slice(0, MAX_SHOWN_CHARACTERS) });
}

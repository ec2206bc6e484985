import { z } from 'zod';
import { RejectJob, UnknownJobVersion } from './errors.ts';

/** The schema of a job: an object whose `v` is one number. */
export type JobSchema = z.ZodObject<{ v: z.ZodLiteral<number> }>;

/**
 * A job's data as its schema says.
 * @throws UnknownJobVersion when its `v` is above the schema's
 * @throws RejectJob for any other mismatch
 */
export function parseJob<S extends JobSchema>(schema: S, data: unknown): z.output<S> {
  const result = schema.safeParse(data);
  if (result.success) {
    return result.data;
  }
  const known = schema.shape.v.value;
  const version = versionOf(data);
  if (version !== null && version > known) {
    throw new UnknownJobVersion(version, known);
  }
  throw new RejectJob(`the job is not readable: ${z.prettifyError(result.error)}`, { cause: result.error });
}

const versioned = z.object({ v: z.number() });

function versionOf(data: unknown): number | null {
  return versioned.safeParse(data).data?.v ?? null;
}

import type { PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { type JobSchema, parseJob } from '../parse-job.ts';

/** Parses a job's data: `@Payload(new JobPipe(schema))`. See {@link parseJob} for what a mismatch does. */
export class JobPipe<S extends JobSchema> implements PipeTransform<unknown, z.output<S>> {
  readonly #schema: S;

  constructor(schema: S) {
    this.#schema = schema;
  }

  transform(data: unknown): z.output<S> {
    return parseJob(this.#schema, data);
  }
}

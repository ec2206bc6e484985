import { z } from 'zod';
import { type HuaweiCode, type Refusal, isHuaweiCode } from './codes.ts';

/** A check that is answered with a code of its own instead of "a parameter is wrong". */
export function code(name: HuaweiCode): { error: string } {
  return { error: name };
}

export const https = z.string().regex(/^https:\/\/\S+$/i);
export const filled = z.string().min(1);
/** `-1` keeps all messages of an offline device, `0` the newest, `1..100` the newest of a group (huawei section 3.1). */
export const collapseKey = z.int().refine((key) => key >= -1 && key <= 100, code('80100013'));

/** Seconds; none or fewer is "in the past", which is our reading (huawei section 3.1). */
export function seconds(max: number) {
  return z
    .int()
    .refine((value) => value > 0, code('80100004'))
    .refine((value) => value <= max);
}

/**
 * The fields as the schema has them, others left out, or the refusal of the first that is wrong. Which code answers a
 * wrong field is ours where it has none of its own.
 */
export function readFields<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> | Refusal {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue !== undefined && isHuaweiCode(issue.message)) return { refusal: issue.message };
  return { refusal: '80100001', why: `A parameter is wrong: ${issue?.path.join('.') ?? ''}` };
}

export function isRefusal(value: object): value is Refusal {
  return 'refusal' in value;
}

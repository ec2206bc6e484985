import { z } from 'zod';

/** A whole number from zero to `max`, or its digits as text: clients of the Agora dialect send either. Not transformed. */
export function wholeNumberSchema(max: number): z.ZodType<number | string> {
  return z.union([
    z.int().min(0).max(max),
    z
      .string()
      .regex(/^\d{1,15}$/)
      .refine((digits) => Number(digits) <= max),
  ]);
}

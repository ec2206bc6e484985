import { z } from 'zod';

/** What Nest's own exception filter makes of any error that it does not know. */
const masked = z.strictObject({ status: z.literal('error'), message: z.string() });

/** An error as it left a handler. One that Nest's filter has replaced says what is missing. */
export function handlerError(thrown: unknown): Error {
  if (thrown instanceof Error) {
    return thrown;
  }
  return masked.safeParse(thrown).success
    ? new Error('a handler failed and Nest hid its error: mark the handler with @JobHandler')
    : new Error('a handler threw something that is no Error', { cause: thrown });
}

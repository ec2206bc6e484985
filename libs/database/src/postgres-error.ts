import { QueryFailedError } from 'typeorm';

/** SQLSTATE codes that a statement's caller answers in its own words. */
export const FOREIGN_KEY_VIOLATION = '23503';
export const UNIQUE_VIOLATION = '23505';
export const DEADLOCK = '40P01';

/** Whether a statement, of TypeORM or of the pool, failed with one of these codes. */
export function failedWith(error: unknown, ...codes: readonly string[]): boolean {
  const failure: unknown = error instanceof QueryFailedError ? error.driverError : error;
  return failure instanceof Error && 'code' in failure && codes.includes(String(failure.code));
}

/** How often work that met others in another order is done. */
const MAX_TRIES = 5;

/**
 * Does work again that failed with one of these codes, five times in all: it lost a race, and its statements have changed
 * nothing.
 */
export async function retryAfter<Result>(codes: readonly string[], work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === MAX_TRIES || !failedWith(error, ...codes)) throw error;
    }
  }
}

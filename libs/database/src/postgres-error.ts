import { QueryFailedError } from 'typeorm';

/** SQLSTATE codes that a repository answers in its own words. */
export const FOREIGN_KEY_VIOLATION = '23503';
export const UNIQUE_VIOLATION = '23505';
export const DEADLOCK = '40P01';

/** Whether a statement failed with one of these codes. */
export function failedWith(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof QueryFailedError && codes.includes((error.driverError as { code?: string }).code ?? '');
}

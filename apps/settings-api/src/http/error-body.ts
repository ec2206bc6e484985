import { types } from 'node:util';
import { ApiError, ERRORS } from '#libs/contracts';

/** The body of every answer that is not a success (Agora contract section 1.4). */
export interface ErrorBody {
  error: string;
  exception: string;
  timestamp: number;
  duration: number;
  error_description: string;
}

export function errorBody(error: ApiError, now: number, durationMs = 0): ErrorBody {
  const { error: code, exception } = ERRORS[error.code];
  return { error: code, exception, timestamp: now, duration: durationMs, error_description: error.message };
}

/** Codes of Postgres and of sockets that say "not now": out of reach, shutting down, no such database, too many connections. */
const UNAVAILABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EPIPE',
  '3D000',
  '53300',
  '57P01',
  '57P02',
  '57P03',
  '08006',
]);

/** Node's own errors may come from another realm than ours (in tests), and Fastify's are not native ones. */
function isError(thrown: unknown): thrown is Error {
  return types.isNativeError(thrown) || thrown instanceof Error;
}

/** What a caller is told of anything that was thrown. Whatever is not known is our own failure. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  if (isUnavailable(thrown)) return new ApiError('unavailable', {}, { cause: thrown });
  switch (statusOf(thrown)) {
    case 404:
      return new ApiError('path_unknown', {}, { cause: thrown });
    case 408:
      return new ApiError('request_timeout', {}, { cause: thrown });
    case 413:
      return new ApiError('body_too_large', {}, { cause: thrown });
    case 415:
      return new ApiError('media_type_unsupported', {}, { cause: thrown });
    case 431:
      return new ApiError('headers_too_large', {}, { cause: thrown });
    case undefined:
      return new ApiError('internal', {}, { cause: thrown });
    default:
      return new ApiError('request_malformed', {}, { cause: thrown });
  }
}

/** The 4xx status of an error of the framework. */
function statusOf(thrown: unknown): number | undefined {
  if (!isError(thrown)) return undefined;
  const status =
    'statusCode' in thrown ? thrown.statusCode : 'getStatus' in thrown && callStatus(thrown.getStatus, thrown);
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

function callStatus(getStatus: unknown, thrown: Error): unknown {
  return typeof getStatus === 'function' ? (getStatus.call(thrown) as unknown) : undefined;
}

function isUnavailable(thrown: unknown): boolean {
  if (!isError(thrown)) return false;
  if (codesOf(thrown).some((code) => UNAVAILABLE.has(code))) return true;
  return /^(Connection terminated|timeout exceeded when trying to connect)/.test(thrown.message);
}

/** The codes of an error and of those that caused it. */
export function codesOf(thrown: unknown): string[] {
  if (!isError(thrown)) return [];
  const own = 'code' in thrown && typeof thrown.code === 'string' ? [thrown.code] : [];
  const causes: unknown[] = 'errors' in thrown && Array.isArray(thrown.errors) ? thrown.errors : [thrown.cause];
  return [...own, ...causes.flatMap(codesOf)];
}

import type { VendorRequest } from './exchange.ts';

/** The token of `Authorization: Bearer ...`, in whatever case the scheme is written. */
export function bearerOf({ headers }: Pick<VendorRequest, 'headers'>): string | undefined {
  const { authorization } = headers;
  return typeof authorization === 'string' ? /^bearer +(\S+)$/i.exec(authorization)?.[1] : undefined;
}

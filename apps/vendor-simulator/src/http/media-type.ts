import type { VendorRequest } from './exchange.ts';

/** Whether a request says that its body is of the media type, whatever the parameters. */
export function isOfType({ headers }: Pick<VendorRequest, 'headers'>, mediaType: string): boolean {
  const header = headers['content-type'];
  return typeof header === 'string' && header.split(';')[0]?.trim().toLowerCase() === mediaType;
}

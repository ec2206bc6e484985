import type { VendorName } from '#libs/contracts';

/** Where vendors post the receipts of a credential, below the API's address. `key` is the credential's own (a UUID). */
export function receiptPath(vendor: VendorName, key: string): string {
  return `/receipts/${vendor}/${key}`;
}

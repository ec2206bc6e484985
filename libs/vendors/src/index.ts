/**
 * The push clouds: for each what it needs to know, how a notification looks there, how it is sent and what the answers
 * mean. Knows neither queues nor Postgres, and never retries but where a vendor says "at once": everything else becomes an
 * outcome. Adding a vendor is a folder, a line in the registry and a name in the contracts.
 */
export { checkCredential, checkCredentials } from './check-credential.ts';
export type { CredentialToCheck } from './check-credential.ts';
export { dayZone, documentedLimits, rateUnder } from './quota-facts.ts';
export { receiptPath } from './receipt-path.ts';
export { VENDORS, vendorOf } from './registry.ts';
export { vendorPorts } from './vendor-ports.ts';
export type {
  LoadedCredential,
  QuotaStanding,
  ReceiptPost,
  ReceiptReading,
  SenderPorts,
  SendRequest,
  Vendor,
  VendorEndpoints,
  VendorQuota,
  VendorReceipts,
  VendorSender,
} from './vendor.ts';

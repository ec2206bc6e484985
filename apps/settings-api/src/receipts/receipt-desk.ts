import { VENDOR_NAMES, type VendorName } from '#libs/contracts';
import type { CredentialStore, OpenedCredential, ReceiptOwner, ReceiptStore } from '#libs/database';
import type { Metrics } from '#libs/observability';
import { dayZone, documentedLimits, vendorOf, type ReceiptPost, type ReceiptReading } from '#libs/vendors';
import { z } from 'zod';
import { TtlCache } from '../http/ttl-cache.ts';
import type { QuotaReceipts, ReceiptQuota } from './quota-receipts.ts';

const pathSchema = z.object({ vendor: z.enum(VENDOR_NAMES), key: z.uuid().toLowerCase() });

/** Where one credential's vendor posts, and how its posts are read. */
export interface ReceiptAddress {
  vendor: VendorName;
  owner: ReceiptOwner;
  quota: ReceiptQuota;
  read: (post: ReceiptPost, now: number) => ReceiptReading;
}

/** How long an address is remembered: posts come by the second. */
const ADDRESS_TTL_MS = 5_000;
const MAX_ADDRESSES = 1_000;

/** Most receipts of one post (our choice); vendors send a hundred to a thousand. */
const MAX_RECEIPTS = 10_000;

interface Ports {
  credentials: Pick<CredentialStore, 'openByReceiptKey'>;
  receipts: Pick<ReceiptStore, 'record'>;
  quotas: Pick<QuotaReceipts, 'take'>;
  metrics: Pick<Metrics, 'receipts' | 'receiptPosts'>;
  now: () => number;
}

/** Takes vendors' posts in: checks whose they are, lets the vendor's own reader read them, stores what they say. */
export class ReceiptDesk {
  private readonly addresses: TtlCache<ReceiptAddress>;

  constructor(private readonly ports: Ports) {
    const options = { ttlMs: ADDRESS_TTL_MS, maxEntries: MAX_ADDRESSES, now: ports.now };
    this.addresses = new TtlCache(options, async (path) => {
      const [vendor = '', key = ''] = path.split(' ');
      const opened = await ports.credentials.openByReceiptKey(vendor as VendorName, key);
      return opened === null ? null : addressOf(opened);
    });
  }

  /**
   * The address that the parameters of a path name; null when no credential has it, or its vendor reports nothing. That the
   * credential is switched off does not matter: its pushes may be under way still.
   */
  async find(params: unknown): Promise<ReceiptAddress | null> {
    const path = pathSchema.safeParse(params);
    if (!path.success) return null;
    const { vendor, key } = path.data;
    const address = vendorOf(vendor).receipts === null ? null : await this.addresses.get(`${vendor} ${key}`);
    if (address === null) this.ports.metrics.receiptPosts.inc({ vendor, result: 'unknown' });
    return address;
  }

  /** Resolves when the receipts are stored. The same post twice changes nothing that the explanation tells. */
  async take({ vendor, owner, quota, read }: ReceiptAddress, post: ReceiptPost, now: number): Promise<ReceiptReading> {
    const { metrics, receipts, quotas } = this.ports;
    const reading = limited(read(post, now));
    metrics.receiptPosts.inc({ vendor, result: reading.kind === 'refused' ? reading.reason : 'read' });
    if (reading.kind === 'refused') return reading;
    await receipts.record(owner, reading.receipts, now);
    await quotas.take(owner, quota, reading.receipts, now);
    for (const { state } of reading.receipts) metrics.receipts.inc({ vendor, state });
    return reading;
  }
}

/** Null when what is stored does not fulfil the vendor's schema any more. */
function addressOf(opened: OpenedCredential & { appId: number }): ReceiptAddress | null {
  const { appId, id, name, vendor, fields, quota: settings } = opened;
  const { receipts, credentialSchema, quota } = vendorOf(vendor);
  const credential = credentialSchema.safeParse(fields);
  if (receipts === null || !credential.success) return null;
  return {
    vendor,
    owner: { appId, credentialId: id, credential: name },
    quota: {
      zone: dayZone(quota, settings),
      limitsOf: (className) => documentedLimits(quota, className, credential.data),
    },
    read: (post, now) => receipts.read(post, credential.data, now),
  };
}

/** Forms that put many tokens into one text hold more receipts than a vendor sends and the database should be asked for. */
function limited(reading: ReceiptReading): ReceiptReading {
  const tooMany = reading.kind === 'receipts' && reading.receipts.length > MAX_RECEIPTS;
  return tooMany ? { kind: 'refused', reason: 'malformed' } : reading;
}

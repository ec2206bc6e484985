import type {
  AccessTokenStore,
  ClassLimits,
  Finding,
  Notification,
  Outcome,
  QuotaSettings,
  RateLimit,
  Receipt,
  Target,
  VendorName,
} from '#libs/contracts';
import type { z } from 'zod';

/** Where the vendors live and how to reach them; the operator's, never an app's. */
export interface VendorEndpoints {
  apnsProduction: string;
  apnsSandbox: string;
  fcm: string;
  googleToken: string;
  huawei: string;
  huaweiToken: string;
  honor: string;
  honorToken: string;
  xiaomiCn: string;
  xiaomiRu: string;
  xiaomiIn: string;
  xiaomiEu: string;
  xiaomiSg: string;
  oppoCn: string;
  oppoGlobal: string;
  vivo: string;
  meizuCn: string;
  meizuIn: string;
}

/** What a vendor's sender gets from outside. */
export interface SenderPorts {
  endpoints: VendorEndpoints;
  /** PEM of certificate authorities trusted beside the system's, or null. */
  extraCa: string | null;
  /** How long to wait for the vendor's answer to one call, ms. */
  requestTimeoutMs: number;
  /** Most connections at once to one vendor under one identity; the vendor's own default when absent. */
  maxSessions?: number;
  now: () => number;
  accessTokens: AccessTokenStore;
  /** Problems worth an operator's eye. Fields never hold tokens, keys or message text. */
  warn: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** A credential as the sender sees it: checked, decrypted, with a key for pools and token caches. */
export interface LoadedCredential<Credential> {
  /** Changes when the credential is changed, so that nothing of the old one is used again. */
  cacheKey: string;
  /** What `credentialSchema` made of it. */
  value: Credential;
  /** Where the vendor shall post receipts, for vendors that are told with every call; absent: nowhere. */
  receiptUrl?: string | undefined;
}

export interface SendRequest<Credential> {
  /** Id of the send job; with the target's token id it names a push across retries. */
  jobId: string;
  credential: LoadedCredential<Credential>;
  notification: Notification;
  targets: readonly Target[];
  /** Told when an answer says how the day's quota of the notification's class stands at the vendor. */
  onStanding?: ((standing: QuotaStanding) => void) | undefined;
  /** Aborted when the job is another sender's now: what has not gone out is reported as `unavailable`, code `stopped`. */
  signal?: AbortSignal | undefined;
}

/** The I/O side of a vendor. Keeps connections open between jobs. */
export interface VendorSender<Credential> {
  /**
   * Sends to every target and reports each one's outcome once, as it comes in, by its index. Resolves when all are
   * reported. Whatever the vendor or the network does becomes an outcome; it throws only on our own defects.
   */
  send(request: SendRequest<Credential>, report: (index: number, outcome: Outcome) => void): Promise<void>;
  /**
   * Asks the vendor how the day's quota stands, and of which of its classes; null when it did not say. Absent where a vendor
   * cannot be asked.
   */
  standing?(credential: LoadedCredential<Credential>): Promise<{ className: string; standing: QuotaStanding } | null>;
  /** Lets running calls finish and closes all connections. May be called again. */
  close(): Promise<void>;
}

/** What a vendor posted to the receipt URL of a credential. */
export interface ReceiptPost {
  /** Names in lower case; of a repeated header the first. */
  headers: Readonly<Record<string, string | undefined>>;
  /** As it came in. */
  body: string;
}

export type ReceiptReading =
  | {
      kind: 'receipts';
      receipts: readonly Receipt[];
      /** What the vendor expects to be answered. */
      answer: { contentType: string; body: string };
    }
  /** `unauthorized`: not the vendor's, or not provably. `malformed`: not what its contract says. */
  | { kind: 'refused'; reason: 'unauthorized' | 'malformed' };

/** How a vendor reports what became of accepted pushes. */
export interface VendorReceipts<Credential> {
  /** Reads a post; never throws. Receipts of one post may repeat those of another. */
  read(post: ReceiptPost, credential: Credential, now: number): ReceiptReading;
}

/** How a day's quota of a class stands by the vendor's own count. */
export interface QuotaStanding {
  used: number;
  limit: number;
}

/** What a vendor counts, per day and per second. Pure. */
export interface VendorQuota<Credential> {
  /** The classes that the vendor counts apart, the one of chats first. */
  classes: readonly string[];
  /** IANA zone in which the vendor's day begins at midnight. */
  timeZone: string;
  /** The class that a notification goes out as: what `render` makes of it. */
  classOf(notification: Pick<Notification, 'purpose' | 'vendor'>, credential: Credential): string;
  /** What the vendor documents for one of its classes. */
  limitsOf(
    className: string,
    settings: Pick<QuotaSettings, 'installedUsers' | 'newsLicence'>,
    credential: Credential,
  ): ClassLimits;
  /** What the vendor documents, with a margin; null when it documents nothing. */
  rateOf(settings: Pick<QuotaSettings, 'installedUsers'>, credential: Credential): RateLimit | null;
  /**
   * The same as marketing pushes of the credential go out, which vendors count as their lowest class, without what names a
   * class itself. Unchanged where the vendor has one class.
   */
  lowered(notification: Notification): Notification;
}

/** One push cloud. A folder of `libs/vendors/src` fulfils this and nothing else knows that vendor. */
export interface Vendor<Credential = unknown> {
  name: VendorName;
  /** What the operator must supply. Strict: unknown keys are refused. */
  credentialSchema: z.ZodType<Credential>;
  /** Keys of the credential that are encrypted at rest and never returned. */
  secretFields: readonly string[];
  limits: {
    /** Most targets of one send job. */
    targetsPerJob: number;
    /** Most device tokens of one call to the vendor. */
    targetsPerCall: number;
    /** Largest payload, bytes. */
    payloadBytes: number;
  };
  /** Whether the vendor shows an absolute badge (needs the count in the target) or adds by itself. */
  badge: 'absolute' | 'relative';
  /** SHA-256, hex, of the payload as it would go out, without what belongs to single targets. */
  payloadHash(notification: Notification, credential: Credential, now: number): string;
  createSender(ports: SenderPorts): VendorSender<Credential>;
  quota: VendorQuota<Credential>;
  /**
   * Asks the vendor whether the credential works, without a push that a phone could show. Whatever the vendor or the
   * network does becomes a finding.
   */
  check(credential: LoadedCredential<Credential>, ports: SenderPorts): Promise<Finding[]>;
  /** Null when the vendor has none. */
  receipts: VendorReceipts<Credential> | null;
}

import type { Notification, Outcome, ReceiptState } from '#libs/contracts';
import type { FaultInput } from '../../../apps/vendor-simulator/src/core/faults.ts';
import type { Presentation } from '../../../apps/vendor-simulator/src/core/vendor.ts';
import type { Simulator } from '../../../apps/vendor-simulator/src/index.ts';
import type { BenchDriver } from './vendor-bench.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What the conformance of a vendor whose calls carry many device tokens needs to know. */
export interface BatchDriver extends BenchDriver {
  /** Takes the account back: nothing that it had works any more. */
  revoke: (simulator: Simulator) => void;
  /** Most device tokens of one call. */
  targetsPerCall: number;
  /** The calls that so many targets of one job take, by the simulator's names, the fewest that the vendor allows. */
  callsFor: (targets: number) => Readonly<Record<string, number>>;
  /** Most Unicode characters of title and body as they arrive; null: only bytes are limited. */
  textLimits: { title: number | null; body: number | null };
  /** Largest body without tokens, bytes, as counted by `payloadBytes`; null when the vendor has no limit. */
  payloadLimit: number | null;
  payloadBytes: (raw: string) => number;
  /** What a device shows of the notification; only what is given is compared. */
  shown: (notification: Notification) => Partial<Presentation>;
  /** What a device may say that it ignores; anything else must not be sent. */
  allowedWarnings?: RegExp;
  /** What becomes of a push that shows nothing. */
  background: 'silent' | Outcome;
  /** Keys that the vendor's section of a notification knows. */
  optionKeys: readonly string[];
  /** How a token that is dead for that reason is answered, in a call with living ones and alone. */
  deaths: readonly { reason: string; outcome: Outcome; alone?: Outcome }[];
  /** Tokens of no form that the vendor gives, alone in their call. */
  malformedTokens: readonly { token: string; outcome: Outcome }[];
  /** Answers that are no word on token or credential; the same for every target of the call. */
  failures: readonly { fault: FaultInput; outcome: Outcome }[];
  /** A fault in which the vendor refuses the body. */
  badPayload: { fault: FaultInput; code: string };
  /** Leaves no quota for today, and what is said then. */
  quota: { exhaust: (simulator: Simulator) => void; outcome: Outcome } | null;
  /** Credentials that do not work. */
  wrongCredentials: readonly { what: string; credential: Fields; facts?: Fields; code: string }[];
  /** Null when the vendor knows no access tokens. */
  accessTokens: {
    /** Scope of the endpoint's faults and counters. */
    scope: string;
    /** Tokens issued to the account. */
    issued: (simulator: Simulator) => number;
    /** Makes the tokens that are out there worthless without taking the account back. */
    revoke: (simulator: Simulator) => void;
    /**
     * An access token of that age is fresh for us, and expired for a vendor whose clock is ahead by so much. Null when it
     * refuses such a clock for itself.
     */
    expiry: { ageMs: number; skewMs: number } | null;
    /** Answers of the token endpoint that speak neither of the push nor of the credential. */
    failures: readonly { fault: FaultInput; outcome: Outcome }[];
  } | null;
  /** What is said when the clocks are two hours apart; null when the vendor does not look at ours. */
  clockTwoHoursBehind: Outcome | null;
  receipts: {
    /** Tells the vendor's console the URL, where it is told there and not with every call. */
    configure?: (simulator: Simulator, url: string) => void;
    /** Every code of the vendor, and what it means. */
    codes: readonly { code: string; state: ReceiptState }[];
    /** The post made unacceptable: another's signature, say. Null when the vendor proves itself by nothing. */
    forge: ((headers: Readonly<Record<string, string>>) => Readonly<Record<string, string>>) | null;
  };
}

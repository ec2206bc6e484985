import type { FaultSubject } from '../core/faults.ts';

/** A whole request, whatever version of HTTP brought it. */
export interface VendorRequest {
  readonly method: string;
  /** Path with query, as sent. */
  readonly path: string;
  /** Host and port that the client believes to be talking to. */
  readonly authority: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Whether any header came twice. */
  readonly repeatedHeader: boolean;
  /** At most the endpoint's `maxBodyBytes`; what lies beyond is counted and thrown away. */
  readonly body: Buffer;
  /** Size of the body as sent. */
  readonly bodyBytes: number;
}

/** A vendor's answer. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  /** The name under which a refusal is counted; absent for a success. */
  readonly refused?: string | undefined;
  /** New SETTINGS_MAX_CONCURRENT_STREAMS, announced once this answer is out. */
  readonly streamLimit?: number | undefined;
}

/** The answer that a `status` or `throttle` fault asks for. */
export interface FaultAnswer {
  /** Absent for a throttle: the vendor's own way to say "too many". */
  readonly status?: number;
  readonly reason?: string | null | undefined;
}

/** Answers the requests of one connection, one after the other. */
export type RequestHandler = (request: VendorRequest) => Answer;

/** What one listener serves. */
export interface Endpoint {
  /** Name for faults and counters: the vendor, or the vendor's token endpoint. */
  readonly scope: string;
  readonly maxBodyBytes: number;
  /** Reason put into GOAWAY where the vendor sends one. */
  readonly goawayReason?: string;
  /** Called once per connection, so that a vendor may bind a connection to its first sender. */
  openConnection(): RequestHandler;
  /** What a request claims to be, unchecked, for the faults' selectors. */
  identify(request: VendorRequest): FaultSubject;
  faultAnswer(fault: FaultAnswer, request: VendorRequest): Answer;
}

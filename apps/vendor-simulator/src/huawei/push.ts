import type { VendorRequest } from '../http/exchange.ts';
import type { Refusal } from './codes.ts';
import type { HuaweiLimits } from './limits.ts';

/** What a send asks for, whatever version of the API brought it. */
export interface HuaweiPush {
  readonly version: 'v1' | 'v2' | 'v3';
  readonly tokens: readonly string[];
  /** `topic:{name}` or `condition:{text}` instead of tokens. */
  readonly topic: string | undefined;
  /** Format check alone: nothing is pushed. */
  readonly validateOnly: boolean;
  /** As claimed; whether it counts is a matter of rights. */
  readonly category: string | undefined;
  readonly isHighPriority: boolean;
  readonly isTest: boolean;
  /** v3's header; 0 on v1 and v2. */
  readonly pushType: number;
  readonly batchTag: string | undefined;
  readonly receiptId: string | undefined;
  readonly replaceKey: string | undefined;
  readonly profileId: string | undefined;
  /** A repeat of it is not shown again. */
  readonly appMessageId: string | undefined;
  readonly image: string | undefined;
  /** Whether the device draws something by itself. */
  readonly visible: boolean;
  readonly ttlSeconds: number | undefined;
  readonly collapseKey: number | undefined;
  /** The body without its tokens. */
  readonly raw: string;
}

/** A body whose list of tokens keeps the rules that come before all others. */
export function faultyTargets(
  tokens: unknown,
  request: VendorRequest,
  { maxTokens, maxBodyBytes }: HuaweiLimits,
): Refusal | undefined {
  const list = tokens ?? [];
  if (!Array.isArray(list) || !list.every((token) => typeof token === 'string')) {
    return { refusal: '80100001', why: 'A parameter is wrong: token' };
  }
  if (list.length > maxTokens) return { refusal: '80300010' };
  const tokenBytes = list.length === 0 ? 0 : Buffer.byteLength(JSON.stringify(list)) - '[]'.length;
  return request.bodyBytes - tokenBytes > maxBodyBytes ? { refusal: '80300008' } : undefined;
}

/** `-1` and no id ask for a notification of its own (huawei section 3.1). */
export function idKey(notifyId: number | undefined): string | undefined {
  return notifyId === undefined || notifyId === -1 ? undefined : `id:${notifyId}`;
}

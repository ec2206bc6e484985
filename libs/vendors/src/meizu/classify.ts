import { z } from 'zod';
import type { Outcome, Target } from '#libs/contracts';
import { sameForAll, type CallReading, type Remedy, type TargetReading } from '../batch-send.ts';
import type { HttpAnswer } from '../http-client.ts';
import { readJson } from '../json.ts';
import { parseRetryAfter } from '../retry-after.ts';
import { nextShanghaiMidnight } from '../shanghai-midnight.ts';
import { MUTED_MS } from './limits.ts';

/** `again`: the same call once more, for those of its targets that failed. */
export type MeizuRemedy = 'again';

export interface MeizuReading extends CallReading<MeizuRemedy> {
  /** Codes that no table below has, so that they can be completed. */
  unknown: readonly string[];
  /** Codes of single targets that say that something is wrong with the app. */
  alarming: readonly string[];
}

const codeSchema = z.union([z.string(), z.number()]).transform(String);

const answerSchema = z.object({
  // Text, but a number is taken as well (meizu section 3.2).
  code: codeSchema,
  msgId: z.string().min(1).nullish().catch(null),
  // Empty text when there is nothing to say (meizu section 3.2).
  value: z.record(z.string(), z.unknown()).catch({}),
});

type Kind =
  | 'accepted'
  /** The token is dead, if the call had no other. */
  | 'token_gone_if_alone'
  | 'token_gone'
  | 'muted'
  /** The credential may not send at all. */
  | 'misconfigured'
  /** Nothing more today, for nobody. */
  | 'quota_of_app'
  /** No more public messages today, for this device. */
  | 'quota_of_device'
  | 'throttled'
  | 'rejected'
  /** Nothing is known for certain: once more, then taken for our fault. */
  | 'rejected_after_again'
  /** Meizu did not take it. */
  | 'refused_for_now'
  /** Meizu failed, perhaps after it had taken it. */
  | 'unavailable';

interface Entry {
  kind: Kind;
  detail?: string;
  /** Worth an operator's eye although it concerns single targets. */
  isAlarming?: true;
}

/** Every code of a whole call that meizu section 5.1 lists. */
const OF_CALL: ReadonlyMap<string, Entry> = new Map<string, Entry>([
  ['200', { kind: 'accepted' }],
  // "Repeat elsewhere": not followed, because that would send a signed request to a host that an answer names.
  ['300', { kind: 'refused_for_now' }],
  ['500', { kind: 'unavailable' }],
  ['1001', { kind: 'unavailable' }],
  // Busy.
  ['1003', { kind: 'refused_for_now' }],
  ['1005', { kind: 'rejected' }],
  // Wrong signature.
  ['1006', { kind: 'misconfigured' }],
  ['110000', { kind: 'misconfigured' }],
  ['110001', { kind: 'misconfigured' }],
  ['110002', { kind: 'token_gone_if_alone' }],
  ['110003', { kind: 'token_gone_if_alone' }],
  ['110004', { kind: 'rejected' }],
  // The app is blacklisted.
  ['110009', { kind: 'misconfigured' }],
  // Too fast. Of a single target the same code means something else.
  ['110010', { kind: 'throttled' }],
  ['110019', { kind: 'quota_of_app' }],
  ['110031', { kind: 'misconfigured' }],
  ['110032', { kind: 'rejected' }],
  ['110033', { kind: 'misconfigured' }],
  // Which count it is, is not said; the app's is our reading.
  ['110051', { kind: 'quota_of_app' }],
  ['110053', { kind: 'rejected' }],
  ['-1', { kind: 'rejected_after_again' }],
]);

/** Every code of single targets that meizu section 5.2 lists. */
const OF_TARGET: ReadonlyMap<string, Entry> = new Map<string, Entry>([
  ['201', { kind: 'rejected', isAlarming: true }],
  ['501', { kind: 'refused_for_now' }],
  ['513', { kind: 'refused_for_now' }],
  ['518', { kind: 'throttled' }],
  ['519', { kind: 'refused_for_now' }],
  ['520', { kind: 'rejected', detail: 'more than 5 within a minute to this device: folded away by Meizu' }],
  ['110002', { kind: 'token_gone' }],
  ['110003', { kind: 'token_gone' }],
  ['110005', { kind: 'token_gone' }],
  // Notifications are switched off.
  ['110010', { kind: 'muted' }],
  ['110011', { kind: 'quota_of_device' }],
]);

const UNKNOWN: Entry = { kind: 'rejected_after_again' };

/** A code for the log: what is no number might be anything. */
function printable(code: string): string {
  return /^-?\d{1,12}$/.test(code) ? code : 'not_a_number';
}

interface Context {
  now: number;
  retryAfterMs: number | null;
  msgId: string | null;
}

function outcomeOf({ kind, detail }: Entry, code: string, { msgId, now, retryAfterMs }: Context): Outcome {
  switch (kind) {
    case 'accepted':
      return { kind: 'accepted', vendorId: msgId };
    case 'token_gone':
    case 'token_gone_if_alone':
      return { kind: 'token_gone', code, goneAt: null };
    case 'muted':
      return { kind: 'muted', code, until: now + MUTED_MS };
    case 'misconfigured':
      return { kind: 'misconfigured', code };
    case 'quota_of_app':
      return { kind: 'quota_exhausted', code, until: nextShanghaiMidnight(now), scope: 'app' };
    case 'quota_of_device':
      return { kind: 'quota_exhausted', code, until: nextShanghaiMidnight(now), scope: 'device' };
    case 'throttled':
      return { kind: 'throttled', code, retryAfterMs, scope: 'credential' };
    case 'rejected':
    case 'rejected_after_again':
      return { kind: 'rejected', code, ...(detail === undefined ? {} : { detail }) };
    case 'refused_for_now':
    case 'unavailable':
      return { kind: 'unavailable', code, retryAfterMs, maybeDelivered: kind === 'unavailable' };
  }
}

function remedyOf(kind: Kind, isAlone: boolean): Remedy<MeizuRemedy> | null {
  if (kind === 'rejected_after_again') return 'again';
  return kind === 'token_gone_if_alone' && !isAlone ? 'alone' : null;
}

const WHOLE_CREDENTIAL: ReadonlySet<Kind> = new Set(['misconfigured', 'quota_of_app', 'throttled']);

/** An answer that is not Meizu's business layer: only its status counts (meizu section 5). */
function readStatus(status: number, targets: readonly Target[], context: Context): MeizuReading {
  const entry: Entry = { kind: status >= 500 ? 'unavailable' : 'rejected' };
  return { ...sameForAll(targets, outcomeOf(entry, `http_${status}`, context)), unknown: [], alarming: [] };
}

/** The same reading for every target, by a code of the whole call. */
function readCode(
  entry: Entry,
  code: string,
  targets: readonly Target[],
  context: Context,
): Omit<MeizuReading, 'unknown' | 'alarming'> {
  return sameForAll<MeizuRemedy>(targets, outcomeOf(entry, code, context), {
    remedy: remedyOf(entry.kind, targets.length === 1),
    wholeCredential: WHOLE_CREDENTIAL.has(entry.kind),
  });
}

/** Who failed, by token. */
function failures(value: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  const entries = Object.entries(value).flatMap(([code, tokens]) =>
    Array.isArray(tokens) ? tokens.map((token: unknown) => [String(token), code] as const) : [],
  );
  return new Map(entries);
}

/** A call that was accepted but for some of its targets (meizu section 4). */
function readPartial(
  value: Readonly<Record<string, unknown>>,
  targets: readonly Target[],
  context: Context,
): MeizuReading {
  const failed = failures(value);
  const codes = [...new Set(failed.values())];
  const readings = new Map(
    codes.map((code): [string, TargetReading<MeizuRemedy>] => {
      const entry = OF_TARGET.get(code);
      // Codes become metric labels: only known ones may, or their number has no end.
      const outcome = outcomeOf(entry ?? UNKNOWN, entry === undefined ? 'unknown_code' : code, context);
      return [code, { outcome, remedy: remedyOf((entry ?? UNKNOWN).kind, true) }];
    }),
  );
  const accepted = outcomeOf({ kind: 'accepted' }, '200', context);
  const throttled = codes.find((code) => OF_TARGET.get(code)?.kind === 'throttled');
  return {
    targets: targets.map(({ token }) => {
      const code = failed.get(token);
      const reading = code === undefined ? undefined : readings.get(code);
      return reading ?? { outcome: accepted, remedy: null };
    }),
    wholeCredential: throttled === undefined ? null : outcomeOf({ kind: 'throttled' }, throttled, context),
    unknown: codes.filter((code) => !OF_TARGET.has(code)).map(printable),
    alarming: codes.filter((code) => OF_TARGET.get(code)?.isAlarming === true),
  };
}

/** Translates an answer of the push endpoint for each target of its call. Never throws. */
export function classify({ status, headers, body }: HttpAnswer, targets: readonly Target[], now: number): MeizuReading {
  const answer = status === 200 ? readJson(answerSchema, body) : null;
  const retryAfterMs = parseRetryAfter(headers['retry-after'], now);
  const context: Context = { now, retryAfterMs, msgId: answer?.msgId ?? null };
  if (status !== 200) return readStatus(status, targets, context);
  if (answer === null) {
    const code = 'unreadable_answer';
    return { ...readCode(UNKNOWN, code, targets, context), unknown: [code], alarming: [] };
  }
  const { code, value } = answer;
  const entry = OF_CALL.get(code);
  if (entry === undefined) {
    return { ...readCode(UNKNOWN, 'unknown_code', targets, context), unknown: [printable(code)], alarming: [] };
  }
  return entry.kind === 'accepted'
    ? readPartial(value, targets, context)
    : { ...readCode(entry, code, targets, context), unknown: [], alarming: [] };
}

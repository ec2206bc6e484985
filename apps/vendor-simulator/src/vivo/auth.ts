import { createHash } from 'node:crypto';
import { bump } from '../core/counters.ts';
import type { Answer } from '../http/exchange.ts';
import { refusal, refused, success } from './codes.ts';
import type { VivoState } from './state.ts';

/** A timestamp is Unix milliseconds in thirteen digits (vivo section 2). */
const TIMESTAMP = /^\d{13}$/;

/** `POST /message/auth` (vivo section 2). The order of the checks is ours: presence, app, rate, key, clock, signature. */
export function answerAuth(state: VivoState, body: Readonly<Record<string, unknown>>, now: number): Answer {
  const [appId, appKey] = [scalarText(body['appId']), scalarText(body['appKey'])];
  const [timestamp, sign] = [scalarText(body['timestamp']), scalarText(body['sign'])];
  if (appId === '') return refused(refusal(10200));
  if (appKey === '') return refused(refusal(10201));
  if (timestamp === '') return refused(refusal(10203));
  if (sign === '') return refused(refusal(10204));
  const app = state.apps.get(appId);
  if (app === undefined) return refused(refusal(10205));
  const overRate = state.quotas.refuseAuth(app, now);
  if (overRate !== undefined) return refused(overRate);
  if (appKey !== app.appKey) return refused(refusal(10202));
  if (!TIMESTAMP.test(timestamp) || Math.abs(now - Number(timestamp)) > state.limits.clockSkewMs) {
    return refused(refusal(10207));
  }
  if (sign !== signatureOf([appId, appKey, timestamp, app.appSecret.trim()])) return refused(refusal(10206));
  bump(state.world.counters.of('vivo').credentialTokens, appId);
  return success({ authToken: state.authTokens.issue(appId, now) });
}

/** A number or text as trimmed text, empty for anything else: numbers may come as either (vivo section 2). */
export function scalarText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

/** Lower-case hex MD5 of the texts one after the other (vivo section 2). */
function signatureOf(texts: readonly string[]): string {
  return createHash('md5').update(texts.join('')).digest('hex');
}

import { createHash } from 'node:crypto';
import { bump } from '../core/counters.ts';
import type { Answer } from '../http/exchange.ts';
import { refusal, refused, success } from './codes.ts';
import type { OppoState } from './state.ts';

/** A timestamp is Unix milliseconds in thirteen digits (oppo section 2). */
const TIMESTAMP = /^\d{13}$/;

type Form = Readonly<Record<string, string>>;

/** `POST /server/v1/auth` (oppo section 2). The order of the checks is ours: presence, app, clock, signature. */
export function answerAuth(state: OppoState, form: Form, now: number): Answer {
  const { app_key: appKey = '', timestamp = '', sign = '' } = form;
  if (appKey === '') return refused(refusal(15));
  if (timestamp === '') return refused(refusal(18));
  if (sign === '') return refused(refusal(17));
  const app = state.apps.get(appKey);
  if (app === undefined) return refused(refusal(14));
  if (!app.enabled) return refused(refusal(28));
  if (!TIMESTAMP.test(timestamp) || Math.abs(now - Number(timestamp)) > state.limits.clockSkewMs) {
    return refused(refusal(19));
  }
  if (sign !== signatureOf(appKey, timestamp, app.masterSecret)) return refused(refusal(16));
  bump(state.world.counters.of('oppo').credentialTokens, appKey);
  return success({ auth_token: state.authTokens.issue(appKey, now), create_time: now }, 'Success');
}

/** Lower-case hex SHA-256 of the three texts one after the other (oppo section 2). */
function signatureOf(appKey: string, timestamp: string, masterSecret: string): string {
  return createHash('sha256').update(`${appKey}${timestamp}${masterSecret}`).digest('hex');
}

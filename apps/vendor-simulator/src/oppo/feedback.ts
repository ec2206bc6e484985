import type { Answer } from '../http/exchange.ts';
import type { OppoApp } from './apps.ts';
import { success } from './codes.ts';
import type { OppoState } from './state.ts';

type Form = Readonly<Record<string, string>>;

/** `feedback/fetch_push_permit`; the names of the answer's fields are not known, these are ours (oppo section 6). */
export function answerPushPermit(state: OppoState, app: OppoApp, _form: Form, now: number): Answer {
  const { limit, used } = state.quotas.publicToday(app, now);
  return success({ public_limit: limit, public_used: used });
}

/** `feedback/fetch_invalid_regidList` (oppo section 7). */
export function answerInvalidIds(state: OppoState, app: OppoApp): Answer {
  const ids = state.tokens.deadOf(app.appKey);
  return success({ registration_ids: ids, totalCount: ids.length });
}

import type { Answer } from '../http/exchange.ts';
import { CODES, accepted, refused } from './answers.ts';
import type { MeizuCall } from './send.ts';
import type { MeizuState } from './state.ts';

const DAY_MS = 86_400_000;
/** Days are those of Asia/Shanghai, which is ours: Meizu does not say (meizu section 6). */
const SHANGHAI_OFFSET_MS = 8 * 3_600_000;

/**
 * `dailyPushStatics`: a row per day with pushes, counted from those that the simulator keeps (meizu sections 3 and 7). Which
 * figures mean what is ours: all that was accepted counts as arrived, and nothing as clicked.
 */
export function dailyPushStatics({ world, limits }: MeizuState, { app, form }: MeizuCall): Answer {
  const [from, to] = [dayOf(form['startTime']), dayOf(form['endTime'])];
  if (from === null || to === null || to < from || to - from >= limits.maxStatisticsDays) {
    return refused({ code: CODES.parameter, message: 'startTime and endTime must be up to 30 days, yyyyMMdd.' });
  }
  const counts = new Map<number, number>();
  for (const { push } of world.records.list({ vendor: 'meizu' })) {
    const day = Math.floor((push.receivedAt + SHANGHAI_OFFSET_MS) / DAY_MS);
    if (push.app === app.appId && day >= from && day <= to) counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  const rows = [...counts].map(([day, count]) => ({
    date: new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', ''),
    targetNo: count,
    validNo: count,
    pushedNo: count,
    acceptNo: count,
    displayNo: count,
    clickNo: 0,
  }));
  return accepted(rows);
}

/** The number of a `yyyyMMdd`; null for anything else. */
function dayOf(text = ''): number | null {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(text) ?? [];
  const time = Date.parse(`${year}-${month}-${day}`);
  return Number.isNaN(time) ? null : time / DAY_MS;
}

import type { VivoApp } from './apps.ts';
import { type Refusal, refusal } from './codes.ts';
import type { VivoMessage } from './message.ts';

/** What a message counts as (vivo section 6). */
export type MessageClass = 'operational' | 'system';

/** The class by category, else by classification, else operational; 10096 and 10097 where they do not fit (vivo section 3.1). */
export function classOf(app: VivoApp, { category, classification }: VivoMessage): MessageClass | Refusal {
  if (category === undefined) return named(classification ?? 0);
  const own = Object.hasOwn(app.categories, category) ? app.categories[category] : undefined;
  if (own === undefined) return refusal(10_096);
  return classification === undefined || classification === own ? named(own) : refusal(10_097);
}

function named(classification: 0 | 1): MessageClass {
  return classification === 1 ? 'system' : 'operational';
}

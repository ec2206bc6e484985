/**
 * Whether a message is pushed to a receiver, and in which words. Pure: decides from its arguments alone, never reads a
 * clock, never throws on input that its schema accepts. Imports no framework, no database, no network.
 */
export { prepareEvent, conversationKey } from './prepare-event.ts';
export type { PreparedEvent } from './prepare-event.ts';
export { decide } from './decide.ts';
export type { DecideInput } from './decide.ts';
export { compose } from './compose/compose.ts';
export type { ComposeInput } from './compose/compose.ts';
export { operatorNotification } from './compose/operator-notification.ts';
export { preferredToken } from './rules/choose-channel.ts';
export { compositionKey } from './compose/choice.ts';
export { DEFAULT_TEMPLATE } from './compose/sources.ts';
export type { ChoiceInput } from './compose/choice.ts';
export { parseInterval } from './interval.ts';
export { isTimeZone } from './time-zone.ts';

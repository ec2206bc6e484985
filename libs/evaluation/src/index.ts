/**
 * From stored messages to decisions and planned send jobs: reads the facts of a batch, then lets the pure rules decide and
 * compose. Used by the evaluator, by the API to explain what it would do, and by senders that have to send elsewhere.
 * Stores and sends nothing.
 */
export { Evaluation } from './evaluation.ts';
export { Rerouting } from './rerouting.ts';
export type { OnwardPlan, StuckJob } from './rerouting.ts';

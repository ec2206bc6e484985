/**
 * From stored messages to decisions and planned send jobs: reads the facts of a batch, then lets the pure rules decide and
 * compose. Used by the evaluator, and by the API to explain what it would do. Stores and sends nothing.
 */
export { Evaluation } from './evaluation.ts';

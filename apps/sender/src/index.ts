/** The sender as a part of another process. */
export { startSender } from './sender.ts';
export type { SenderLedger } from './sender.ts';

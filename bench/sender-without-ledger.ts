import 'reflect-metadata';
import { readEnvironment } from '#libs/config';
import { runWorker } from '#libs/observability';
import { startSender, type SenderLedger } from '../apps/sender/src/index.ts';

/** Grants all and stores nothing: what a sender would be without quotas. For measuring only. */
const LEDGER: SenderLedger = {
  draw: async (_key, _terms, count) => await Promise.resolve({ granted: count, short: null, settle: () => undefined }),
  exhaust: async () => await Promise.resolve(),
  reconsider: () => undefined,
  countLate: () => undefined,
  unstored: () => [],
  stored: () => undefined,
  close: async () => await Promise.resolve(),
};

await runWorker('sender', readEnvironment, async (environment, logger, metrics) => {
  return await startSender(environment, logger, metrics, Date.now, { ledger: LEDGER });
});

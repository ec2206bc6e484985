import { DelayedError, type Job, UnrecoverableError } from 'bullmq';
import { disposeError } from '../disposition.ts';
import { handlerError } from './handler-error.ts';

/**
 * Runs a job's handler and puts its end into BullMQ's words: a job that waits is moved to the delayed ones first, which
 * counts no attempt.
 * @param onDelayed told the wait once the job is moved
 */
export async function runJob(
  job: Job<unknown, void>,
  token: string | undefined,
  handle: () => Promise<void>,
  onDelayed: (delayMs: number) => void,
): Promise<void> {
  try {
    await handle();
  } catch (thrown) {
    const error = handlerError(thrown);
    const disposition = disposeError(error);
    switch (disposition.kind) {
      case 'delay':
        await job.moveToDelayed(Date.now() + disposition.delayMs, token);
        onDelayed(disposition.delayMs);
        throw new DelayedError();
      case 'reject':
        throw new UnrecoverableError(error.message);
      case 'retry':
        throw error;
    }
  }
}

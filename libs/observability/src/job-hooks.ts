import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

/** What a worker process counts and logs of its queue jobs: the hooks of its queue server. */
export function jobHooks(logger: Logger, metrics: Pick<Metrics, 'jobs'>, failure: string) {
  return {
    onCompleted(queue: string): void {
      metrics.jobs.inc({ queue, end: 'completed' });
    },
    onDelayed(queue: string): void {
      metrics.jobs.inc({ queue, end: 'delayed' });
    },
    onStalled(queue: string): void {
      metrics.jobs.inc({ queue, end: 'stalled' });
    },
    onFailed(queue: string, _job: unknown, error: Error, final: boolean): void {
      metrics.jobs.inc({ queue, end: 'failed' });
      logger.error({ err: error, queue, final }, failure);
    },
    onError(queue: string, error: Error): void {
      logger.warn({ err: error, queue }, 'A queue worker had a problem');
    },
  };
}

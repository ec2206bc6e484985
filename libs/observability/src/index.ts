/** Logs, metrics and health: what an operator watches. */
export { createLogger, NestLogger } from './logger.ts';
export type { Logger } from './logger.ts';
export { Metrics, METRICS } from './metrics.ts';
export { failedChecks } from './health.ts';
export type { ReadinessCheck } from './health.ts';
export { runProcess } from './run-process.ts';
export { runWorker } from './run-worker.ts';
export type { RunningWorker } from './run-worker.ts';
export { jobHooks } from './job-hooks.ts';

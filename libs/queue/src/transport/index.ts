/**
 * The queue as a Nest microservice transport: {@link QueueServer} runs the handlers marked with {@link JobHandler},
 * {@link QueueClient} adds jobs. What a job's end means is decided in `#libs/queue`, not here.
 */
export { JobContext } from './job-context.ts';
export type { JobInfo } from './job-context.ts';
export { JobExceptionFilter, JobHandler } from './job-handler.ts';
export type { JobHandlerOptions } from './job-handler.ts';
export type { JobHooks, JobReport } from './job-hooks.ts';
export { JobPipe } from './job-pipe.ts';
export { QueueClient } from './queue-client.ts';
export { QueueServer } from './queue-server.ts';
export type { QueueServerOptions } from './queue-server.ts';
export type { WorkerTimings } from './worker-settings.ts';

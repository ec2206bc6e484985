import { BaseRpcContext } from '@nestjs/microservices';

/** What a handler may know of the job besides its data. */
export interface JobInfo {
  queue: string;
  jobId: string;
  /** Attempts that failed before this one. Waits by RetryLater and interruptions do not count. */
  attemptsMade: number;
  /** Unix ms at which the job was put on the queue. */
  addedAt: number;
  /** Aborted when the worker closes and its deadline is over: whatever is not recorded then is done again. */
  signal: AbortSignal;
}

/** The `@Ctx()` of a job handler. */
export class JobContext extends BaseRpcContext<[JobInfo]> {
  constructor(info: JobInfo) {
    super([info]);
  }

  get queue(): string {
    return this.args[0].queue;
  }

  get jobId(): string {
    return this.args[0].jobId;
  }

  get attemptsMade(): number {
    return this.args[0].attemptsMade;
  }

  get addedAt(): number {
    return this.args[0].addedAt;
  }

  get signal(): AbortSignal {
    return this.args[0].signal;
  }
}

import { UNKNOWN_VERSION_DELAY_MS } from './constants.ts';

/** Thrown by a handler that has done what it could for now: the job runs again after `delayMs`. Not a failure. */
export class RetryLater extends Error {
  readonly delayMs: number;

  constructor(delayMs: number, options?: ErrorOptions) {
    super(`to be run again in ${Math.round(delayMs)} ms`, options);
    this.name = 'RetryLater';
    this.delayMs = delayMs;
  }
}

/** The job was written by a newer release. It waits for a newer worker; this one's attempts are not counted. */
export class UnknownJobVersion extends RetryLater {
  constructor(version: number, known: number) {
    super(UNKNOWN_VERSION_DELAY_MS);
    this.name = 'UnknownJobVersion';
    this.message = `the job has version ${version}, this worker knows ${known}: left for a newer worker`;
  }
}

/** The job can never succeed: it is failed at once, without another attempt. */
export class RejectJob extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RejectJob';
  }
}

/** The queue's backend cannot be used as it is; the message says what the operator can do. */
export class QueueBackendError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'QueueBackendError';
  }
}

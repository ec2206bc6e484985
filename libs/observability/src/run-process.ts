import { createLogger, type Logger } from './logger.ts';

/** A started process: its logger, and how it ends. */
export interface RunningProcess {
  logger: Logger;
  close(): Promise<void>;
}

/**
 * Runs a process until SIGTERM or SIGINT, which end it cleanly; a second signal ends it at once. A failed start is logged
 * as one line and ends with exit code 1, and so does an error that nobody caught.
 */
export async function runProcess(app: string, start: () => Promise<RunningProcess>): Promise<void> {
  let running: RunningProcess;
  try {
    running = await start();
  } catch (error) {
    createLogger(app, 'error').fatal({ err: error }, `The ${app} could not start`);
    process.exit(1);
  }
  const { logger } = running;
  let closing = false;
  const end = (signal: string): void => {
    if (closing) process.exit(1);
    closing = true;
    logger.info({ signal }, `The ${app} is closing`);
    running.close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, `The ${app} did not close cleanly`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', end).on('SIGINT', end);
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'An error that nobody caught');
    process.exit(1);
  });
}

import { startHealthServer, type ReadinessCheck } from './health.ts';
import { createLogger, type Logger } from './logger.ts';
import { Metrics } from './metrics.ts';
import { runProcess } from './run-process.ts';

/** What every worker process reads of its environment. */
interface WorkerEnvironment {
  LOG_LEVEL: string;
  HTTP_HOST: string;
  HEALTH_PORT: number;
}

/** A started worker: what must work for it to be ready, and how it ends. */
export interface RunningWorker {
  checks: Readonly<Record<string, ReadinessCheck>>;
  /** Takes no new jobs, lets running ones end within the deadline, closes all connections. */
  close(): Promise<void>;
}

/** Runs a worker with its health server as a process, until a signal ends it. */
export async function runWorker<Environment extends WorkerEnvironment>(
  app: string,
  readEnvironment: () => Environment,
  start: (environment: Environment, logger: Logger, metrics: Metrics) => Promise<RunningWorker>,
): Promise<void> {
  await runProcess(app, async () => {
    const environment = readEnvironment();
    const logger = createLogger(app, environment.LOG_LEVEL);
    const metrics = new Metrics(app);
    const worker = await start(environment, logger, metrics);
    const health = await startHealthServer({
      host: environment.HTTP_HOST,
      port: environment.HEALTH_PORT,
      registry: metrics.registry,
      checks: worker.checks,
    });
    logger.info({ healthPort: health.port }, `The ${app} is running`);
    return {
      logger,
      async close() {
        await health.close();
        await worker.close();
      },
    };
  });
}

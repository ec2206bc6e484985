import type { Environment } from '#libs/config';
import {
  DecisionStore,
  FactsStore,
  MessageStore,
  openSql,
  PushTaskStore,
  QuotaAlertStore,
  QuotaDeviceStore,
  QuotaReportStore,
  QuotaUpkeepStore,
  ReconcileStore,
  SendStore,
  type Sql,
} from '#libs/database';
import { Evaluation } from '#libs/evaluation';
import { jobHooks, NestLogger, type Logger, type Metrics, type RunningWorker } from '#libs/observability';
import { openQueueBackend } from '#libs/queue';
import { QueueClient, QueueServer } from '#libs/queue/transport';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { RuleEvaluatorModule } from './app.module.ts';
import { Decider } from './decider.ts';
import { PushTasks } from './push-tasks.ts';
import { QuotaWatch } from './quota-watch.ts';
import { QuotaWebhook } from './quota-webhook.ts';
import { Reconciler } from './reconciler.ts';

/** Starts a rule evaluator with its reconciler and its watch over quotas. `now` is the clock, Unix ms. */
export async function startRuleEvaluator(
  environment: Environment,
  logger: Logger,
  metrics: Metrics,
  now: () => number = Date.now,
): Promise<RunningWorker> {
  const warn = (message: string) => (error: unknown) => logger.warn({ err: error }, message);
  const sql = openSql(environment.DATABASE_URL, {
    poolSize: environment.DATABASE_POOL_SIZE,
    onError: warn('A database connection broke'),
  });
  const backend = await openQueueBackend({
    redisUrl: environment.REDIS_URL,
    databaseUrl: environment.DATABASE_URL,
    prefix: environment.QUEUE_PREFIX,
    onError: warn('A queue connection broke'),
  });
  const queues = new QueueClient(backend);
  const decider = new Decider({
    messages: new MessageStore(sql),
    evaluation: new Evaluation(new FactsStore(sql)),
    decisions: new DecisionStore(sql),
    queues,
    metrics,
    logger,
    now,
    reconcileAfterMs: environment.RECONCILE_AFTER_MS,
  });
  const taskStore = new PushTaskStore(sql);
  const reconciler = new Reconciler({
    store: new ReconcileStore(sql),
    sends: new SendStore(sql),
    tasks: new PushTasks({ store: taskStore, queues, logger, now, afterMs: environment.RECONCILE_AFTER_MS }),
    taskStore,
    queues,
    metrics,
    logger,
    now,
    afterMs: environment.RECONCILE_AFTER_MS,
    everyMs: environment.RECONCILE_EVERY_MS,
    retentionDays: environment.RETENTION_DAYS,
  });
  const watch = watchOn(sql, environment, logger, metrics, now);
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(RuleEvaluatorModule.with(decider), {
    logger: new NestLogger(logger),
    strategy: new QueueServer({
      backend,
      concurrency: () => environment.EVALUATOR_CONCURRENCY,
      closeDeadlineMs: environment.SHUTDOWN_DEADLINE_MS,
      timings: { lockDurationMs: environment.QUEUE_LOCK_MS, stalledIntervalMs: environment.QUEUE_LOCK_MS },
      hooks: jobHooks(logger, metrics, 'A batch of messages failed'),
    }),
  });
  await app.listen();
  reconciler.start();
  watch.start();

  return {
    checks: { postgres: async () => await sql.ping(), queue: async () => await backend.ping() },
    async close() {
      await Promise.all([reconciler.close(), watch.close()]);
      await app.close();
      await queues.close();
      await backend.close();
      await sql.close();
    },
  };
}

function watchOn(sql: Sql, environment: Environment, logger: Logger, metrics: Metrics, now: () => number): QuotaWatch {
  const { QUOTA_WEBHOOK_URL: url, QUOTA_WEBHOOK_SECRET: secret } = environment;
  return new QuotaWatch({
    report: new QuotaReportStore(sql),
    upkeep: new QuotaUpkeepStore(sql),
    alerts: new QuotaAlertStore(sql),
    devices: new QuotaDeviceStore(sql),
    webhook: url === undefined ? null : new QuotaWebhook({ url, secret }),
    metrics,
    logger,
    now,
    everyMs: environment.RECONCILE_EVERY_MS,
    retentionDays: environment.RETENTION_DAYS,
  });
}

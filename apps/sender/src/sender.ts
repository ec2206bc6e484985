import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Environment } from '#libs/config';
import { pushQueue } from '#libs/contracts';
import { CredentialStore, openSql, SecretBox, SendStore, SharedAccessTokens } from '#libs/database';
import { jobHooks, NestLogger, type Logger, type Metrics, type RunningWorker } from '#libs/observability';
import { backoff, openQueueBackend } from '#libs/queue';
import { QueueServer } from '#libs/queue/transport';
import { vendorOf, type SenderPorts } from '#libs/vendors';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { SenderModule } from './app.module.ts';
import { BatchSender } from './batch-sender.ts';
import { ClaimKeeper } from './claim-keeper.ts';
import { CredentialCache } from './credential-cache.ts';
import { OutcomeRecorder } from './outcome-recorder.ts';

/** How often outcomes of a running batch are written: the most that a crash makes us repeat. */
const FLUSH_EVERY_MS = 100;

/** Connections on which a vendor's access tokens are fetched: one is held as long as the vendor takes to answer. */
const TOKEN_CONNECTIONS = 2;

/** Starts a sender for the vendors that the environment names. `now` is the clock, Unix ms. */
export async function startSender(
  environment: Environment,
  logger: Logger,
  metrics: Metrics,
  now: () => number = Date.now,
): Promise<RunningWorker> {
  const claimant = randomUUID();
  const warn = (message: string) => (error: unknown) => logger.warn({ err: error }, message);
  const onSqlError = warn('A database connection broke');
  const secretBox = new SecretBox(environment.SECRET_KEYS);
  const sql = openSql(environment.DATABASE_URL, {
    poolSize: environment.DATABASE_POOL_SIZE,
    onError: onSqlError,
  });
  const backend = await openQueueBackend({
    redisUrl: environment.REDIS_URL,
    databaseUrl: environment.DATABASE_URL,
    prefix: environment.QUEUE_PREFIX,
    onError: warn('A queue connection broke'),
  });
  const store = new SendStore(sql);
  const ports: Omit<SenderPorts, 'accessTokens'> = {
    endpoints: {
      apnsProduction: environment.APNS_PRODUCTION_URL,
      apnsSandbox: environment.APNS_SANDBOX_URL,
      fcm: environment.FCM_URL,
      googleToken: environment.GOOGLE_TOKEN_URL,
      huawei: environment.HUAWEI_URL,
      huaweiToken: environment.HUAWEI_TOKEN_URL,
      honor: environment.HONOR_URL,
      honorToken: environment.HONOR_TOKEN_URL,
      xiaomiCn: environment.XIAOMI_CN_URL,
      xiaomiRu: environment.XIAOMI_RU_URL,
      xiaomiIn: environment.XIAOMI_IN_URL,
      xiaomiEu: environment.XIAOMI_EU_URL,
      xiaomiSg: environment.XIAOMI_SG_URL,
      oppoCn: environment.OPPO_CN_URL,
      oppoGlobal: environment.OPPO_GLOBAL_URL,
      vivo: environment.VIVO_URL,
      meizuCn: environment.MEIZU_CN_URL,
      meizuIn: environment.MEIZU_IN_URL,
    },
    extraCa: environment.VENDOR_CA_FILE === undefined ? null : readFileSync(environment.VENDOR_CA_FILE, 'utf8'),
    requestTimeoutMs: environment.VENDOR_TIMEOUT_MS,
    now,
    warn: (message, fields) => logger.warn(fields, message),
  };
  // Connections of their own, per vendor: one vendor's hanging token endpoint must not keep the others from the database.
  const tokenSqls = new Map(
    environment.SENDER_VENDORS.map((name) => [
      name,
      openSql(environment.DATABASE_URL, { poolSize: TOKEN_CONNECTIONS, onError: onSqlError }),
    ]),
  );
  const senders = new Map(
    [...tokenSqls].map(([name, tokenSql]) => {
      const accessTokens = new SharedAccessTokens(tokenSql, secretBox, now);
      return [name, vendorOf(name).createSender({ ...ports, accessTokens })];
    }),
  );
  const recorder = new OutcomeRecorder({
    store,
    claimant,
    flushEveryMs: FLUSH_EVERY_MS,
    onError: warn('Outcomes could not be written'),
  });
  const claims = new ClaimKeeper(
    store,
    claimant,
    environment.SENDER_CLAIM_MS,
    now,
    warn('Claims could not be renewed'),
  );
  const batches = new BatchSender({
    store,
    senders,
    credentials: new CredentialCache(new CredentialStore(sql, secretBox), environment.RECEIPT_BASE_URL),
    recorder,
    claims,
    claimant,
    metrics,
    now,
    backoff: (outcome, attempts) =>
      backoff(outcome, { attempts, now: now(), random: Math.random, baseMs: environment.RETRY_BASE_MS }),
    reconcileAfterMs: environment.RECONCILE_AFTER_MS,
  });
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(SenderModule.with(batches), {
    logger: new NestLogger(logger),
    strategy: new QueueServer({
      backend,
      queues: environment.SENDER_VENDORS.map(pushQueue),
      concurrency: () => environment.SENDER_CONCURRENCY,
      closeDeadlineMs: environment.SHUTDOWN_DEADLINE_MS,
      timings: { lockDurationMs: environment.QUEUE_LOCK_MS, stalledIntervalMs: environment.QUEUE_LOCK_MS },
      hooks: jobHooks(logger, metrics, 'A batch of send jobs failed'),
    }),
  });
  await app.listen();

  return {
    checks: { postgres: async () => await sql.ping(), queue: async () => await backend.ping() },
    async close() {
      await app.close();
      await Promise.all([...senders.values()].map(async (sender) => await sender.close()));
      claims.close();
      await recorder.close();
      await backend.close();
      await Promise.all([sql, ...tokenSqls.values()].map(async (connections) => await connections.close()));
    },
  };
}

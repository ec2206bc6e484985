import { randomUUID } from 'node:crypto';
import type { Environment } from '#libs/config';
import { pushQueue, type VendorName } from '#libs/contracts';
import {
  ChannelStore,
  CredentialStore,
  FactsStore,
  openSql,
  QuotaDayStore,
  QuotaDeviceStore,
  QuotaStore,
  SecretBox,
  SendStore,
  SharedAccessTokens,
  TokenStore,
  type Sql,
} from '#libs/database';
import { Rerouting } from '#libs/evaluation';
import { jobHooks, NestLogger, type Logger, type Metrics, type RunningWorker } from '#libs/observability';
import { backoff, openQueueBackend } from '#libs/queue';
import { QuotaLedger, Rates } from '#libs/quota';
import { QueueClient, QueueServer } from '#libs/queue/transport';
import { vendorOf, vendorPorts, type SenderPorts, type VendorSender } from '#libs/vendors';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { SenderModule } from './app.module.ts';
import { BatchSender } from './batch-sender.ts';
import { ClaimKeeper } from './claim-keeper.ts';
import { CredentialCache } from './credential-cache.ts';
import { DeviceCaps } from './device-caps.ts';
import { JobSender } from './job-sender.ts';
import { OutcomeRecorder } from './outcome-recorder.ts';
import { QuotaGate } from './quota-gate.ts';
import { QuotaSteps } from './quota-steps.ts';
import { checkAtStart } from './start-check.ts';
import { Standings } from './standings.ts';

/** How often outcomes of a running batch are written: the most that a crash makes us repeat. */
const FLUSH_EVERY_MS = 100;

/** Connections on which a vendor's access tokens are fetched: one is held as long as the vendor takes to answer. */
const TOKEN_CONNECTIONS = 2;

/** The ledger as a sender uses it. */
export type SenderLedger = Pick<
  QuotaLedger,
  'draw' | 'exhaust' | 'reconsider' | 'countLate' | 'unstored' | 'stored' | 'close'
>;

/**
 * Starts a sender for the vendors that the environment names. `now` is the clock, Unix ms. Another ledger is for measuring
 * what the own one costs.
 */
export async function startSender(
  environment: Environment,
  logger: Logger,
  metrics: Metrics,
  now: () => number = Date.now,
  overrides: { ledger?: SenderLedger } = {},
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
  const vendors = openVendors(environment, secretBox, { logger, now, onSqlError });
  const { senders } = vendors;
  const credentials = new CredentialStore(sql, secretBox);
  const quotas = openQuotas(environment, sql, { claimant, senders, logger, now, ledger: overrides.ledger });
  const { gate, ledger, standings } = quotas;
  const queues = new QueueClient(backend);
  const recorder = new OutcomeRecorder({
    store,
    tokens: new TokenStore(sql),
    uses: ledger,
    enqueue: async (batches) => await queues.emitBatches(batches),
    now,
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
  const jobs = new JobSender({
    senders,
    credentials: new CredentialCache(credentials, environment.RECEIPT_BASE_URL),
    gate,
    steps: new QuotaSteps({
      gate,
      rerouting: new Rerouting(new ChannelStore(sql), new FactsStore(sql)),
      metrics,
      now,
      random: Math.random,
      reconcileAfterMs: environment.RECONCILE_AFTER_MS,
    }),
    standings,
    recorder,
    metrics,
    now,
    backoff: (outcome, attempts) =>
      backoff(outcome, { attempts, random: Math.random, baseMs: environment.RETRY_BASE_MS }),
    onError: warn('What a vendor said of its limits could not be noted'),
  });
  const batches = new BatchSender({
    store,
    jobs,
    recorder,
    claims,
    claimant,
    metrics,
    now,
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
  // Batches and leases name their holder by it.
  logger.info({ claimant, vendors: environment.SENDER_VENDORS }, 'The sender takes batches');
  const endChecks =
    environment.SENDER_START_CHECK === 'on' ? checkAtStart({ credentials, vendors: vendors.ports, logger }) : null;

  return {
    checks: { postgres: async () => await sql.ping(), queue: async () => await backend.ping() },
    async close() {
      endChecks?.();
      await app.close();
      await vendors.closeSenders();
      claims.close();
      await recorder.close();
      // Uses of leases are stored with the last outcomes.
      await quotas.close();
      await queues.close();
      await backend.close();
      await vendors.closeConnections();
      await sql.close();
    },
  };
}

interface Surroundings {
  logger: Logger;
  now: () => number;
}

/** The vendors' senders, and what checks of credentials need as well. */
function openVendors(
  environment: Environment,
  secretBox: SecretBox,
  { logger, now, onSqlError }: Surroundings & { onSqlError: (error: Error) => void },
) {
  const shared = {
    ...vendorPorts(environment),
    now,
    warn: (message: string, fields: Readonly<Record<string, unknown>>): void => logger.warn(fields, message),
  };
  // Connections of their own, per vendor: one vendor's hanging token endpoint must not keep the others from the database.
  const tokenSqls = new Map(
    environment.SENDER_VENDORS.map((name) => [
      name,
      openSql(environment.DATABASE_URL, { poolSize: TOKEN_CONNECTIONS, onError: onSqlError }),
    ]),
  );
  const ports = new Map(
    [...tokenSqls].map(([name, sql]): [VendorName, SenderPorts] => [
      name,
      { ...shared, accessTokens: new SharedAccessTokens(sql, secretBox, now) },
    ]),
  );
  const senders = new Map([...ports].map(([name, its]) => [name, vendorOf(name).createSender(its)]));
  return {
    ports,
    senders,
    async closeSenders() {
      await Promise.all([...senders.values()].map(async (sender) => await sender.close()));
    },
    async closeConnections() {
      await Promise.all([...tokenSqls.values()].map(async (connections) => await connections.close()));
    },
  };
}

/** What keeps pushes to the vendors' limits. */
function openQuotas(
  environment: Environment,
  sql: Sql,
  {
    claimant,
    senders,
    logger,
    now,
    ledger: other,
  }: Surroundings & {
    claimant: string;
    senders: ReadonlyMap<VendorName, VendorSender<unknown>>;
    ledger: SenderLedger | undefined;
  },
) {
  const warn = (message: string) => (error: unknown) => logger.warn({ err: error }, message);
  const days = new QuotaDayStore(sql);
  const devices = new QuotaDeviceStore(sql);
  const ledger =
    other ??
    new QuotaLedger({
      store: new QuotaStore(sql),
      days,
      claimant,
      leaseMs: environment.SENDER_CLAIM_MS,
      quietMs: environment.VENDOR_TIMEOUT_MS,
      now,
      onError: warn('The ledger of quotas could not be looked after'),
    });
  const rates = new Rates({ redisUrl: environment.REDIS_URL, sql, prefix: environment.QUEUE_PREFIX, logger, now });
  const onError = warn('How a quota stands at its vendor could not be noted');
  const standings = new Standings({ days, ledger, senders, now, onError });
  return {
    ledger,
    standings,
    gate: new QuotaGate({ ledger, rates, caps: new DeviceCaps(devices), devices, now }),
    async close() {
      standings.close();
      await ledger.close().catch(warn('Leases could not be given back; they end by themselves'));
      await rates.close();
    },
  };
}

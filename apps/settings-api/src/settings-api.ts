import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Environment } from '#libs/config';
import {
  AppLoginRepository,
  AppRepository,
  AppTokenRepository,
  CredentialStore,
  QuotaDayStore,
  QuotaDeviceStore,
  QuotaReceiptStore,
  ReceiptStore,
  SecretBox,
  TokenStore,
  UserRepository,
} from '#libs/database';
import { createLogger, Metrics, NestLogger, type Logger } from '#libs/observability';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { AppModule } from './app.module.ts';
import { AppDirectory } from './apps/app-directory.ts';
import { Callers } from './auth/callers.ts';
import { checkPorts, CredentialChecks } from './credentials/credential-checks.ts';
import { ErrorFilter } from './http/error.filter.ts';
import { installHttpHooks } from './http/http-hooks.ts';
import { answerTransportError } from './http/transport-errors.ts';
import { serveDocument } from './openapi/serve-document.ts';
import { QuotaReceipts } from './receipts/quota-receipts.ts';
import { ReceiptDesk } from './receipts/receipt-desk.ts';
import { Resources } from './resources.ts';

/** A request must have arrived within this time, headers and body. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Longer than any URL that Node lets through: our own checks refuse long parameters. */
const MAX_PARAM_LENGTH = 65_536;

/** A running API. */
export interface SettingsApi {
  /** Where it listens, such as `http://127.0.0.1:3000`. */
  url: string;
  app: NestFastifyApplication;
  /** Answers what is running, accepts nothing more, and closes what it had opened. */
  close(): Promise<void>;
}

/** What a test or a process that starts several apps brings itself. */
export interface SettingsApiOverrides {
  /** Unix ms. */
  now?: () => number;
  logger?: Logger;
}

/**
 * Starts the API on `HTTP_HOST` and `HTTP_PORT`. The database and the queue must be migrated.
 * @throws whatever keeps it from starting; nothing stays open then
 */
export async function createSettingsApi(
  environment: Environment,
  overrides: SettingsApiOverrides = {},
): Promise<SettingsApi> {
  const now = overrides.now ?? Date.now;
  const logger = overrides.logger ?? createLogger('settings-api', environment.LOG_LEVEL);
  const metrics = new Metrics('settings-api');
  const resources = await Resources.open(environment, now, logger);
  let app: NestFastifyApplication | undefined;
  try {
    const errors = new ErrorFilter(logger);
    const adapter = createAdapter(errors, now);
    const { dataSource, rateLimits } = resources;
    const directory = new AppDirectory(new AppRepository(dataSource), now);
    const callers = callersOn(resources, environment, now);
    const receipts = receiptsOn(resources, environment, metrics, now);
    const checks = checksOn(resources, environment, logger, now);
    installHttpHooks(adapter.getInstance(), { directory, callers, rateLimits, receipts, now, metrics, logger });
    cutConnectionsAfter(adapter, environment.SHUTDOWN_DEADLINE_MS);
    app = await NestFactory.create<NestFastifyApplication>(
      AppModule.on(resources, callers, environment, metrics, receipts, checks),
      adapter,
      {
        bodyParser: false,
        logger: new NestLogger(logger),
        abortOnError: false,
      },
    );
    const started = app;
    app.useGlobalFilters(errors);
    serveDocument(app);
    await app.listen(environment.HTTP_PORT, environment.HTTP_HOST);
    return { url: await app.getUrl(), app, close: async () => await started.close() };
  } catch (error) {
    await (app ?? resources).close();
    throw error;
  }
}

function callersOn({ dataSource }: Resources, { SECRET_KEYS }: Environment, now: () => number): Callers {
  const logins = new AppLoginRepository(dataSource, new SecretBox(SECRET_KEYS));
  const tokens = new AppTokenRepository(dataSource);
  return new Callers({ tokens, logins, users: new UserRepository(dataSource), now });
}

function receiptsOn(
  { sql }: Resources,
  { SECRET_KEYS: keys }: Environment,
  metrics: Metrics,
  now: () => number,
): ReceiptDesk {
  const credentials = new CredentialStore(sql, new SecretBox(keys));
  const quotas = new QuotaReceipts({
    pushes: new QuotaReceiptStore(sql),
    days: new QuotaDayStore(sql),
    devices: new QuotaDeviceStore(sql),
    tokens: new TokenStore(sql),
  });
  return new ReceiptDesk({ credentials, receipts: new ReceiptStore(sql), quotas, metrics, now });
}

function checksOn(
  { tokenSql: sql }: Resources,
  environment: Environment,
  logger: Logger,
  now: () => number,
): CredentialChecks {
  const warn = (message: string, fields: Readonly<Record<string, unknown>>): void => logger.warn(fields, message);
  return new CredentialChecks(checkPorts(environment, { sql, now, warn }));
}

function createAdapter(errors: ErrorFilter, now: () => number): FastifyAdapter {
  const adapter = new FastifyAdapter({
    skipMiddie: true,
    // A request that comes while the server closes is still answered; a refusal would not be in our form.
    return503OnClosing: false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    clientErrorHandler: (error, socket) => answerTransportError(error, socket, now()),
    // URLs that the router cannot read; no hook has run.
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      request.startedAt = now();
      void errors.answer(error, request, reply);
    },
  });
  // Node would answer 417 without a body; a server may as well ignore what it does not know (RFC 9110 section 10.1.1).
  const { server } = adapter.getInstance();
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  return adapter;
}

/** Requests that do not end must not keep the process from ending. */
function cutConnectionsAfter(adapter: FastifyAdapter, deadlineMs: number): void {
  const instance = adapter.getInstance();
  instance.addHook('preClose', (done) => {
    setTimeout(() => instance.server.closeAllConnections(), deadlineMs).unref();
    done();
  });
}

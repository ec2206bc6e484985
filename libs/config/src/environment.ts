import { z } from 'zod';
import { VENDOR_NAMES } from '#libs/contracts';
import { secretKeysSchema } from './secret-keys.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const milliseconds = z.coerce.number().int().min(1);
const count = z.coerce.number().int().min(1);

/** Where a vendor lives; another host only to put a proxy or the simulator in its place. */
function vendorUrl(official: string) {
  return z.url({ protocol: /^https$/ }).default(official);
}

function isRedisUrl(text: string): boolean {
  return /^rediss?:\/\/[^/]/.test(text) && URL.canParse(text);
}

/** `fetch` takes no URL with a login in it. */
function hasNoLogin(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

/** One URL; several, separated by commas, are the hosts of a Redis Cluster, and all but the first may leave out `redis://`. */
const redisUrl = z.string().refine(
  (text) => {
    const [first = '', ...others] = text.split(',');
    return isRedisUrl(first) && others.every((host) => isRedisUrl(host.includes('://') ? host : `redis://${host}`));
  },
  {
    message: 'must be redis://host:port or rediss://host:port; for a Redis Cluster several hosts, separated by commas',
  },
);

/**
 * Every variable that Offpush reads, with its default; docs/config.md lists the same. Empty counts as absent.
 */
export const environmentSchema = z
  .object({
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
    REDIS_URL: redisUrl.optional(),
    QUEUE_PREFIX: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,30}$/, 'must be a short lower-case name')
      .default('offpush'),
    SECRET_KEYS: secretKeysSchema,
    HTTP_HOST: z.string().default('127.0.0.1'),
    HTTP_PORT: port.default(3000),
    HEALTH_PORT: port.default(3001),
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
    DATABASE_POOL_SIZE: count.max(100).default(8),
    SHUTDOWN_DEADLINE_MS: milliseconds.default(20_000),
    EVALUATOR_CONCURRENCY: count.max(100).default(4),
    SENDER_VENDORS: z
      .string()
      .default(VENDOR_NAMES.join(','))
      .transform((text) => text.split(',').map((name) => name.trim()))
      .pipe(z.array(z.enum(VENDOR_NAMES)).min(1)),
    SENDER_CONCURRENCY: count.max(500).default(16),
    SENDER_START_CHECK: z.enum(['on', 'off']).default('on'),
    SENDER_CLAIM_MS: milliseconds.default(30_000),
    VENDOR_TIMEOUT_MS: milliseconds.default(10_000),
    RETRY_BASE_MS: milliseconds.default(10_000),
    RECONCILE_EVERY_MS: milliseconds.default(10_000),
    RECONCILE_AFTER_MS: milliseconds.default(60_000),
    RETENTION_DAYS: count.default(7),
    QUEUE_LOCK_MS: milliseconds.default(30_000),
    APNS_PRODUCTION_URL: vendorUrl('https://api.push.apple.com'),
    APNS_SANDBOX_URL: vendorUrl('https://api.sandbox.push.apple.com'),
    FCM_URL: vendorUrl('https://fcm.googleapis.com'),
    GOOGLE_TOKEN_URL: vendorUrl('https://oauth2.googleapis.com/token'),
    HUAWEI_URL: vendorUrl('https://push-api.cloud.huawei.com'),
    HUAWEI_TOKEN_URL: vendorUrl('https://oauth-login.cloud.huawei.com'),
    HONOR_URL: vendorUrl('https://push-api.cloud.honor.com'),
    HONOR_TOKEN_URL: vendorUrl('https://iam.developer.honor.com'),
    XIAOMI_CN_URL: vendorUrl('https://api.xmpush.xiaomi.com'),
    XIAOMI_RU_URL: vendorUrl('https://ru-api.xmpush.global.xiaomi.com'),
    XIAOMI_IN_URL: vendorUrl('https://idmb-api.xmpush.global.xiaomi.com'),
    XIAOMI_EU_URL: vendorUrl('https://fr-api.xmpush.global.xiaomi.com'),
    XIAOMI_SG_URL: vendorUrl('https://sgp-api.xmpush.global.xiaomi.com'),
    OPPO_CN_URL: vendorUrl('https://api-push-cn.heytapmobi.com'),
    OPPO_GLOBAL_URL: vendorUrl('https://api-intl.push.oppomobile.com'),
    VIVO_URL: vendorUrl('https://api-push.vivo.com.cn'),
    MEIZU_CN_URL: vendorUrl('https://server-api-push.meizu.com'),
    MEIZU_IN_URL: vendorUrl('https://server-api-push.in.meizu.com'),
    RECEIPT_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
    VENDOR_CA_FILE: z.string().optional(),
    QUOTA_WEBHOOK_URL: z
      .url({ protocol: /^https?$/ })
      .refine(hasNoLogin, 'must not hold a user or password')
      .optional(),
    QUOTA_WEBHOOK_SECRET: z.string().min(16, 'must have at least 16 characters').optional(),
  })
  .refine(({ QUOTA_WEBHOOK_URL: url, QUOTA_WEBHOOK_SECRET: secret }) => secret === undefined || url !== undefined, {
    path: ['QUOTA_WEBHOOK_SECRET'],
    message: 'signs posts to QUOTA_WEBHOOK_URL, which is missing',
    // Also beside other problems: all are told at once.
    when: () => true,
  });

export type Environment = z.output<typeof environmentSchema>;

/** A bad or incomplete environment, all its problems at once. */
export class EnvironmentError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The environment is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'EnvironmentError';
  }
}

/** The variables of this process that are set to something. */
export function processVariables(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [[name, value]],
    ),
  );
}

/** Reads the environment once. Throws an {@link EnvironmentError} that lists every bad or missing variable. */
export function readEnvironment(source: Readonly<Record<string, string>> = processVariables()): Environment {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new EnvironmentError(
    parsed.error.issues.map(({ path, message }) => {
      const name = String(path[0]);
      return name in given ? `${name}: ${message}` : `${name} is missing`;
    }),
  );
}

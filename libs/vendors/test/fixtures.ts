import { generateKeyPairSync } from 'node:crypto';
import type { AccessToken, AccessTokenRules, AccessTokenStore, Notification, Outcome, Target } from '#libs/contracts';
import type { LoadedCredential, SenderPorts, VendorSender } from '../src/vendor.ts';

/** The clock of tests. */
export const NOW = Date.UTC(2026, 0, 15, 12, 0, 0);

export const P256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });

export function pemOf({ privateKey }: Pick<typeof P256, 'privateKey'>): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export function notificationWith(changes: Partial<Notification> = {}): Notification {
  return {
    purpose: 'chat',
    title: 'Lin',
    body: 'Are we still on for 7?',
    badge: { kind: 'none' },
    data: { m: 'm-20931' },
    collapseId: 'm-20931',
    collapse: false,
    dedupeId: '0123456789abcdef0123',
    threadId: 'conv-8812',
    expiresAt: NOW + 86_400_000,
    background: false,
    vendor: {},
    ...changes,
  };
}

export function targetWith(changes: Partial<Target> = {}): Target {
  return {
    receiver: 'rob',
    deviceId: 'd1',
    tokenId: 1,
    token: '9f1c2ab4d0e75c6688aa10f3e2d4b59700c1d2e3f405162738495a6b7c8d9e0f',
    badge: null,
    registeredAt: NOW - 86_400_000,
    ...changes,
  };
}

/** Targets whose tokens end in their position, 8 hexadecimal digits. */
export function manyTargets(count: number): Target[] {
  return Array.from({ length: count }, (_, index) =>
    targetWith({ tokenId: index + 1, token: `9f1c2ab4d0e75c66${index.toString(16).padStart(8, '0')}` }),
  );
}

/** An access token store of one process: mints when nothing fresh is there, or when a replaceable token was refused. */
class MemoryTokenStore implements AccessTokenStore {
  readonly tokens = new Map<string, AccessToken>();
  readonly asked: { key: string; refused: string | undefined }[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async get(key: string, rules: AccessTokenRules, refused?: string): Promise<AccessToken> {
    this.asked.push({ key, refused });
    const now = this.#now();
    const stored = this.tokens.get(key);
    const usable =
      stored !== undefined && rules.fresh(stored, now) && !(refused === stored.value && rules.replaceable(stored, now));
    if (usable) return stored;
    const minted = await rules.mint(now);
    this.tokens.set(key, minted);
    return minted;
  }
}

export interface TestPorts extends SenderPorts {
  accessTokens: MemoryTokenStore;
  warnings: { message: string; fields: Readonly<Record<string, unknown>> }[];
  /** Moves the clock. */
  advance: (ms: number) => void;
}

/** Ports of a sender whose vendors all live at `origin`. */
export function portsFor(origin: string, changes: Partial<SenderPorts> = {}): TestPorts {
  let time = NOW;
  const now = (): number => time;
  const warnings: TestPorts['warnings'] = [];
  return {
    endpoints: {
      apnsProduction: origin,
      apnsSandbox: origin,
      fcm: origin,
      googleToken: `${origin}/token`,
      huawei: origin,
      huaweiToken: origin,
      honor: origin,
      honorToken: origin,
      xiaomiCn: origin,
      xiaomiRu: origin,
      xiaomiIn: origin,
      xiaomiEu: origin,
      xiaomiSg: origin,
      oppoCn: origin,
      oppoGlobal: origin,
      vivo: origin,
      meizuCn: origin,
      meizuIn: origin,
    },
    extraCa: null,
    requestTimeoutMs: 5_000,
    now,
    warn: (message, fields) => warnings.push({ message, fields }),
    ...changes,
    accessTokens: new MemoryTokenStore(now),
    warnings,
    advance: (ms) => {
      time += ms;
    },
  };
}

/** Sends a job and returns the outcomes in the order of its targets. Fails on a target reported twice or never. */
export async function sendJob<Credential>(
  sender: VendorSender<Credential>,
  credential: LoadedCredential<Credential>,
  targets: readonly Target[],
  notification: Notification = notificationWith(),
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let reports = 0;
  await sender.send({ jobId: 'job-1', credential, notification, targets }, (index, outcome) => {
    reports++;
    outcomes[index] = outcome;
  });
  if (reports !== targets.length || Object.keys(outcomes).length !== targets.length) {
    throw new Error(`${targets.length} targets, ${reports} reports`);
  }
  return outcomes;
}

import type {
  AccessToken,
  AccessTokenRules,
  AccessTokenStore,
  Notification,
  Outcome,
  Target,
  VendorName,
} from '#libs/contracts';
import { manualClock, type ManualClock } from '#libs/testing';
import { vendorOf, type SenderPorts, type VendorSender } from '#libs/vendors';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { hash } from 'node:crypto';
import type { FaultInput } from '../../../apps/vendor-simulator/src/core/faults.ts';
import type { KeptPush } from '../../../apps/vendor-simulator/src/core/records.ts';
import type { Presentation } from '../../../apps/vendor-simulator/src/core/vendor.ts';
import { startSimulator, type Simulator } from '../../../apps/vendor-simulator/src/index.ts';
import { selfSigned } from '../../../apps/vendor-simulator/src/tls/self-signed.ts';

/** The clock of senders and simulator. */
export const NOW = Date.UTC(2026, 0, 15, 12, 0, 0);

export const NOTIFICATION: Notification = {
  purpose: 'chat',
  title: 'Lin',
  body: 'Are we still on for 7?',
  badge: { kind: 'none' },
  data: { m: 'm-20931', f: 'lin' },
  collapseId: 'm-20931',
  collapse: false,
  dedupeId: '0123456789abcdef0123',
  threadId: 'conv-8812',
  expiresAt: NOW + 86_400_000,
  background: false,
  vendor: {},
};

export const ACCEPTED = expect.objectContaining({ kind: 'accepted' });

/** One certificate for all simulators, so that one that is started again is trusted again. */
const TLS = selfSigned(['127.0.0.1', 'localhost'], Date.now());

/** An access token store of one process. */
class MemoryAccessTokens implements AccessTokenStore {
  readonly #held = new Map<string, AccessToken>();
  readonly #minting = new Map<string, Promise<AccessToken>>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async get(key: string, rules: AccessTokenRules, refused?: string): Promise<AccessToken> {
    const held = this.#held.get(key);
    if (held !== undefined) {
      const usable = held.value === refused ? !rules.replaceable(held, this.#now()) : rules.fresh(held, this.#now());
      if (usable) return held;
    }
    let minting = this.#minting.get(key);
    if (minting === undefined) {
      minting = rules.mint(this.#now()).finally(() => this.#minting.delete(key));
      this.#minting.set(key, minting);
    }
    const minted = await minting;
    this.#held.set(key, minted);
    return minted;
  }
}

export interface SendOptions {
  notification?: Notification;
  jobId?: string;
  credential?: Readonly<Record<string, unknown>>;
  receiptUrl?: string;
  sender?: VendorSender<unknown>;
  signal?: AbortSignal;
  onReport?: (index: number, outcome: Outcome) => void;
}

/** What the bench needs to know of a vendor. */
export interface BenchDriver {
  credential: Readonly<Record<string, unknown>>;
  /** Makes the vendor know the credential's account, with further facts in the simulator's words. */
  register(simulator: Simulator, facts?: Readonly<Record<string, unknown>>): void;
  deviceToken(index: number): string;
}

/** One vendor's sender and simulator, new for each test, over real sockets. */
export interface VendorBench {
  readonly clock: ManualClock;
  /** How far the vendor's clock is ahead, ms. */
  skewMs: number;
  simulator: Simulator;
  readonly sender: VendorSender<unknown>;
  openSimulator: (ports?: Record<string, number>) => Promise<Simulator>;
  /** What senders and checks get of this bench; the access tokens are new each time. */
  ports: () => SenderPorts;
  openSender: (changes?: Partial<SenderPorts>) => VendorSender<unknown>;
  target: (index: number, changes?: Partial<Target>) => Target;
  targets: (count: number) => Target[];
  /** Sends a job and returns each target's outcome. Throws unless each is reported exactly once. */
  send: (to: readonly Target[], options?: SendOptions) => Promise<Outcome[]>;
  sendOne: (options?: SendOptions & { target?: Target }) => Promise<Outcome>;
  fault: (...faults: FaultInput[]) => void;
  counters: () => ReturnType<Simulator['state']['counters']['of']>;
  received: (token?: string) => KeptPush[];
  /** How often each token's push was accepted by the vendor. */
  timesReceived: () => Map<string, number>;
  onlyPush: (token: string) => KeptPush;
  present: (kept: KeptPush) => Presentation;
}

/** Sets the bench up around every test of the calling `describe`. */
export function vendorBench(name: VendorName, driver: BenchDriver): VendorBench {
  const vendor = vendorOf(name);
  let clock: ManualClock;
  let simulator: Simulator;
  let senders: VendorSender<unknown>[];
  let sender: VendorSender<unknown>;
  let warnings: string[];

  const bench: VendorBench = {
    get clock() {
      return clock;
    },
    skewMs: 0,
    get simulator() {
      return simulator;
    },
    set simulator(started) {
      simulator = started;
    },
    get sender() {
      return sender;
    },
    openSimulator: async (ports = {}) =>
      await startSimulator({ now: () => clock.now() + bench.skewMs, tls: TLS, ports }),
    ports() {
      const { urls } = simulator;
      return {
        endpoints: {
          apnsProduction: urls.apnsProduction,
          apnsSandbox: urls.apnsSandbox,
          fcm: urls.fcm,
          googleToken: `${urls.googleToken}/token`,
          huawei: urls.huawei,
          huaweiToken: urls.huaweiToken,
          honor: urls.honor,
          honorToken: urls.honorToken,
          xiaomiCn: urls.xiaomi,
          xiaomiRu: urls.xiaomi,
          xiaomiIn: urls.xiaomi,
          xiaomiEu: urls.xiaomi,
          xiaomiSg: urls.xiaomi,
          oppoCn: urls.oppo,
          oppoGlobal: urls.oppo,
          vivo: urls.vivo,
          meizuCn: urls.meizu,
          meizuIn: urls.meizu,
        },
        extraCa: TLS.cert,
        requestTimeoutMs: 5_000,
        now: clock.now,
        accessTokens: new MemoryAccessTokens(clock.now),
        warn: (message, fields) => warnings.push(`${message} ${JSON.stringify(fields)}`),
      };
    },
    openSender(changes = {}) {
      const opened = vendor.createSender({ ...bench.ports(), ...changes });
      senders.push(opened);
      return opened;
    },
    target: (index, changes = {}) => ({
      receiver: `user-${index}`,
      deviceId: 'phone',
      tokenId: index + 1,
      token: driver.deviceToken(index),
      badge: null,
      registeredAt: NOW - 86_400_000,
      ...changes,
    }),
    targets: (count) => Array.from({ length: count }, (_, index) => bench.target(index)),
    async send(to, options = {}) {
      const { credential = driver.credential, notification = NOTIFICATION, jobId = 'job-1' } = options;
      const reported = new Map<number, Outcome>();
      const value = vendor.credentialSchema.parse(credential);
      const cacheKey = hash('sha256', JSON.stringify(credential));
      await (options.sender ?? sender).send(
        {
          jobId,
          credential: { cacheKey, value, receiptUrl: options.receiptUrl },
          notification,
          targets: to,
          signal: options.signal,
        },
        (index, outcome) => {
          if (reported.has(index)) throw new Error(`target ${index} was reported twice`);
          reported.set(index, outcome);
          options.onReport?.(index, outcome);
        },
      );
      return to.map((_, index) => {
        const outcome = reported.get(index);
        if (outcome === undefined || reported.size !== to.length) throw new Error(`target ${index} was not reported`);
        return outcome;
      });
    },
    async sendOne(options = {}) {
      const [outcome] = await bench.send([options.target ?? bench.target(0)], options);
      if (outcome === undefined) throw new Error('no outcome');
      return outcome;
    },
    fault: (...faults) => simulator.state.faults.put(name, faults),
    counters: () => simulator.state.counters.of(name),
    received: (token) =>
      simulator.state.records.list({
        vendor: name,
        ...(token === undefined ? {} : { token: simulator.state.vendors[name].normaliseToken(token) }),
      }),
    timesReceived() {
      const times = new Map<string, number>();
      for (const { push } of bench.received()) times.set(push.token, (times.get(push.token) ?? 0) + 1);
      return times;
    },
    onlyPush(token) {
      const [push, ...others] = bench.received(token);
      if (push === undefined || others.length > 0)
        throw new Error(`${others.length + (push ? 1 : 0)} pushes to one token`);
      return push;
    },
    present: ({ push }) => simulator.state.vendors[name].present(push),
  };

  beforeEach(async () => {
    clock = manualClock(new Date(NOW));
    bench.skewMs = 0;
    warnings = [];
    senders = [];
    simulator = await bench.openSimulator();
    driver.register(simulator);
    sender = bench.openSender();
  });

  afterEach(async () => {
    try {
      await Promise.all(senders.map(async (opened) => await opened.close()));
    } finally {
      await simulator.close();
    }
    const told = warnings.join('\n');
    expect(told).not.toContain('PRIVATE KEY');
    expect(told).not.toContain(NOTIFICATION.body);
    expect(told).not.toContain(driver.deviceToken(0));
    for (const field of vendor.secretFields) {
      const secret = driver.credential[field];
      if (typeof secret === 'string') expect(told).not.toContain(secret);
    }
  });

  return bench;
}

import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { PURPOSES, VENDOR_NAMES, type Finding, type VendorName } from '#libs/contracts';
import { vendorOf } from '#libs/vendors';
import type { FaultInput } from '../../apps/vendor-simulator/src/core/faults.ts';
import { selfSigned } from '../../apps/vendor-simulator/src/tls/self-signed.ts';
import { BATCH_DRIVERS, SESSION_DRIVERS } from './support/vendor-drivers.ts';
import { NOW, vendorBench, type VendorBench } from './support/vendor-bench.ts';

const DRIVERS = { ...SESSION_DRIVERS, ...BATCH_DRIVERS };

const TEN_MINUTES = 600_000;
const DAY_MS = 86_400_000;

/** A port that nobody listens on. */
const NOWHERE = 'https://127.0.0.1:1';

/** The account with another secret or key. */
const WRONG_SECRETS: Record<VendorName, { credential: Record<string, unknown>; code: string }> = {
  apns: SESSION_DRIVERS.apns.wrongKey,
  fcm: SESSION_DRIVERS.fcm.wrongKey,
  huawei: { credential: { ...BATCH_DRIVERS.huawei.credential, clientSecret: 'wrong' }, code: '12304' },
  honor: { credential: { ...BATCH_DRIVERS.honor.credential, clientSecret: 'wrong' }, code: 'unauthorized_client' },
  xiaomi: { credential: { ...BATCH_DRIVERS.xiaomi.credential, appSecret: 'wrong' }, code: '21301' },
  oppo: { credential: { ...BATCH_DRIVERS.oppo.credential, masterSecret: 'wrong' }, code: '16' },
  vivo: { credential: { ...BATCH_DRIVERS.vivo.credential, appSecret: 'wrong' }, code: '10206' },
  meizu: { credential: { ...BATCH_DRIVERS.meizu.credential, appSecret: 'wrong' }, code: '1006' },
};

/** Whose clock is what: vendors that put up with ten minutes do not refuse us for one of eleven. */
const CLOCK_OFF: Record<VendorName, 'warning' | 'failed'> = {
  apns: 'warning',
  fcm: 'warning',
  huawei: 'warning',
  honor: 'warning',
  xiaomi: 'warning',
  oppo: 'failed',
  vivo: 'failed',
  meizu: 'warning',
};

function verdicts(findings: readonly Finding[]): Record<string, string> {
  return Object.fromEntries(findings.map(({ check, verdict }) => [check, verdict]));
}

function found(findings: readonly Finding[], check: Finding['check']): Finding | undefined {
  return findings.find((finding) => finding.check === check);
}

describe.each(VENDOR_NAMES)('the check of %s', (name) => {
  const bench = vendorBench(name, DRIVERS[name]);
  const check = async (credential = DRIVERS[name].credential, changes = {}): Promise<Finding[]> =>
    await checkWith(bench, name, credential, changes);

  it('finds nothing wrong with a credential that works, and pushes nothing', async () => {
    const findings = await check();
    expect(findings.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
    expect(verdicts(findings)).toMatchObject({ reachable: 'ok', clock: 'ok', authenticated: 'ok' });
    expect(bench.received()).toEqual([]);
  });

  it('finds another secret or key', async () => {
    const { credential, code } = WRONG_SECRETS[name];
    const findings = await check(credential);
    const authenticated = found(findings, 'authenticated');
    expect(authenticated).toMatchObject({ verdict: 'failed', advice: expect.stringMatching(/\w/) });
    expect(authenticated?.detail).toContain(code);
    expect(verdicts(findings)).toMatchObject({ reachable: 'ok' });
    expect(JSON.stringify(findings)).not.toContain('PRIVATE KEY');
  });

  it('finds an account that is gone', async () => {
    await check();
    DRIVERS[name].revoke(bench.simulator);
    // What was proven a moment ago is not asked anew.
    bench.clock.advance(11 * 60_000);
    expect(found(await check(), 'authenticated')).toMatchObject({ verdict: 'failed' });
  });

  it('finds hosts that do not answer', async () => {
    const endpoints = Object.fromEntries(Object.keys(bench.ports().endpoints).map((host) => [host, NOWHERE]));
    const findings = await check(undefined, { endpoints });
    expect(found(findings, 'reachable')).toMatchObject({
      verdict: 'failed',
      detail: expect.stringContaining('127.0.0.1:1'),
      advice: expect.stringContaining('127.0.0.1:1'),
    });
    expect(found(findings, 'authenticated')).toBeUndefined();
  });

  it('finds a vendor whose clock is more than ten minutes ahead or behind', async () => {
    for (const skewMs of [TEN_MINUTES + 2_000, -TEN_MINUTES - 2_000]) {
      bench.skewMs = skewMs;
      expect(found(await check(), 'clock')).toMatchObject({ verdict: CLOCK_OFF[name] });
    }
  });

  it('blames nobody for a vendor that is in trouble', async () => {
    bench.simulator.state.faults.put(name, [{ kind: 'status', status: 503 }]);
    for (const scope of TOKEN_SCOPES[name] ?? []) {
      bench.simulator.state.faults.put(scope, [{ kind: 'status', status: 503 }]);
    }
    const findings = await check();
    expect(findings.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
    expect(found(findings, 'authenticated')).toMatchObject({ verdict: 'warning' });
  });
});

/** Scopes of token endpoints that have hosts of their own. */
const TOKEN_SCOPES: Partial<Record<VendorName, readonly string[]>> = {
  fcm: ['google-token'],
  huawei: ['huawei-token'],
  honor: ['honor-token'],
};

const WITHOUT_CATEGORIES = Object.fromEntries(PURPOSES.map((purpose) => [purpose, { category: null }]));

interface Case {
  what: string;
  credential: Readonly<Record<string, unknown>>;
  facts?: Readonly<Record<string, unknown>>;
  faults?: readonly FaultInput[];
  /** Null: no finding. */
  finds: Partial<Record<Finding['check'], Finding['verdict'] | null>>;
}

const PEM = {
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
} as const;
const { privateKey: rsaKey } = generateKeyPairSync('rsa', { modulusLength: 2_048, ...PEM });
const { privateKey: shortKey } = generateKeyPairSync('rsa', { modulusLength: 1_024, ...PEM });

/** A certificate that ends so long after the bench's now. */
function certificateFor(leftMs: number): Record<string, unknown> {
  // Certificates of the simulator last 730 days.
  const { cert, key } = selfSigned(['localhost'], NOW + leftMs - 730 * DAY_MS);
  const { bundleId, environment } = SESSION_DRIVERS.apns.credential;
  return { mode: 'certificate', bundleId, environment, certPem: cert, keyPem: key };
}

const ACCOUNT = { project_id: '388421841', key_id: 'key-1', private_key: rsaKey, sub_account: '101562279' };
const V3 = { api: 'v3', serviceAccount: ACCOUNT, categories: ['IM'] };

const { apns, fcm } = SESSION_DRIVERS;
const { huawei, honor, xiaomi, oppo, vivo, meizu } = BATCH_DRIVERS;

/** What single vendors tell beside. */
const CASES: Partial<Record<VendorName, readonly Case[]>> = {
  apns: [
    { what: 'the kind of its key', credential: apns.credential, finds: { key: 'ok' } },
    {
      what: 'a topic that the key may not push to',
      credential: { ...apns.credential, topic: 'im.example.other' },
      facts: { topics: ['im.example.chat'] },
      finds: { authenticated: 'ok', permitted: 'failed' },
    },
    { what: 'a certificate that lasts', credential: certificateFor(31 * DAY_MS), finds: { expiry: 'ok' } },
    { what: 'a certificate near its end', credential: certificateFor(29 * DAY_MS), finds: { expiry: 'warning' } },
    { what: 'a certificate that has ended', credential: certificateFor(-DAY_MS), finds: { expiry: 'failed' } },
    { what: 'a certificate of the future', credential: certificateFor(732 * DAY_MS), finds: { expiry: 'failed' } },
    {
      what: 'a key of the other environment',
      credential: apns.credential,
      facts: { environments: ['production'] },
      finds: { authenticated: 'failed' },
    },
  ],
  fcm: [
    { what: 'key and permission', credential: fcm.credential, finds: { key: 'ok', permitted: 'ok' } },
    {
      what: 'a key that is too short to sign with',
      credential: { ...fcm.credential, private_key: shortKey },
      finds: { key: 'failed' },
    },
    {
      what: 'an account without the permission',
      credential: fcm.credential,
      facts: { canSend: false },
      finds: { authenticated: 'ok', permitted: 'failed' },
    },
    {
      what: 'a project that does not exist',
      credential: { ...fcm.credential, project_id: 'no-such-project' },
      finds: { authenticated: 'ok', permitted: 'failed' },
    },
  ],
  huawei: [
    {
      what: 'that no category was granted',
      credential: { ...huawei.credential, categories: [] },
      finds: { authenticated: 'ok', class_rights: 'warning' },
    },
    {
      what: 'a service account that works',
      credential: V3,
      facts: { serviceAccount: ACCOUNT },
      finds: { key: 'ok', reachable: 'ok', authenticated: 'ok' },
    },
    { what: 'a service account that is unknown', credential: V3, finds: { key: 'ok', authenticated: 'failed' } },
    {
      what: 'a right to urgency that was not granted',
      credential: huawei.credential,
      facts: { highPriority: false },
      finds: { authenticated: 'ok', class_rights: 'failed' },
    },
    {
      what: 'an app without Push Kit',
      credential: huawei.credential,
      facts: { pushEnabled: false },
      finds: { authenticated: 'ok', permitted: 'failed' },
    },
  ],
  honor: [
    { what: 'that it cannot know the app', credential: honor.credential, finds: { permitted: 'warning' } },
    {
      what: 'the common mistake',
      credential: { ...honor.credential, appId: honor.credential['clientId'] },
      finds: { permitted: 'failed' },
    },
    {
      what: 'a right that is missing',
      credential: { ...honor.credential, hasClassificationRight: false },
      finds: { class_rights: 'warning' },
    },
  ],
  xiaomi: [
    {
      what: 'a missing channel',
      credential: { ...xiaomi.credential, channelId: undefined, classes: undefined },
      finds: { class_rights: 'warning' },
    },
    {
      what: 'a private channel without a template',
      credential: { ...xiaomi.credential, channelId: 'c', messageClass: 'private', classes: undefined },
      finds: { class_rights: 'warning' },
    },
    {
      what: 'nothing of templates where chats are public',
      credential: { ...xiaomi.credential, channelId: 'c', messageClass: 'public', classes: undefined },
      finds: { class_rights: null },
    },
    {
      what: 'that queries which come too often prove the secret',
      credential: xiaomi.credential,
      faults: [{ kind: 'status', status: 200, reason: '10039' }],
      finds: { authenticated: 'ok' },
    },
    {
      what: 'an app that is blacklisted',
      credential: xiaomi.credential,
      faults: [{ kind: 'status', status: 200, reason: '10031' }],
      finds: { authenticated: 'ok', permitted: 'failed' },
    },
  ],
  oppo: [
    {
      what: 'a missing channel',
      credential: { ...oppo.credential, channelId: undefined, classes: { system: { category: 'ORDER' } } },
      finds: { class_rights: 'warning' },
    },
    {
      what: 'that only some purposes have a category',
      credential: { ...oppo.credential, channelId: 'c', classes: { chat: { category: null } } },
      finds: { class_rights: 'warning' },
    },
    {
      what: 'nothing of classes where the categories are the default ones',
      credential: { ...oppo.credential, channelId: 'c', classes: undefined },
      finds: { class_rights: null },
    },
    {
      what: 'nothing of classes where no purpose has a category',
      credential: { ...oppo.credential, channelId: 'c', classes: WITHOUT_CATEGORIES },
      finds: { class_rights: null },
    },
  ],
  vivo: [
    {
      what: 'that it is in test mode',
      credential: { ...vivo.credential, testMode: true },
      finds: { permitted: 'warning' },
    },
  ],
  meizu: [
    {
      what: 'an app that is blacklisted',
      credential: meizu.credential,
      facts: { blacklisted: true },
      finds: { authenticated: 'ok', permitted: 'failed' },
    },
  ],
};

describe.each(Object.entries(CASES) as [VendorName, Case[]][])('the check of %s tells', (name, cases) => {
  const bench = vendorBench(name, DRIVERS[name]);

  it.each(cases)('$what', async ({ credential, facts, faults = [], finds }) => {
    if (facts !== undefined) DRIVERS[name].register(bench.simulator, facts);
    bench.fault(...faults);
    const given = verdicts(await checkWith(bench, name, credential));
    expect(Object.fromEntries(Object.keys(finds).map((one) => [one, given[one] ?? null]))).toEqual(finds);
  });
});

async function checkWith(
  bench: VendorBench,
  name: VendorName,
  credential: Readonly<Record<string, unknown>>,
  changes = {},
): Promise<Finding[]> {
  const vendor = vendorOf(name);
  const value = vendor.credentialSchema.parse(credential);
  return await vendor.check({ cacheKey: 'c1:1', value }, { ...bench.ports(), ...changes });
}

describe('access tokens', () => {
  const bench = vendorBench('vivo', vivo);

  it('are asked for only when none was given for ten minutes, and shared with senders', async () => {
    const issued = (): number => vivo.accessTokens?.issued(bench.simulator) ?? 0;
    const { accessTokens } = bench.ports();
    const check = async () => await checkWith(bench, 'vivo', vivo.credential, { accessTokens });
    for (let times = 0; times < 3; times++) await check();
    expect(issued()).toBe(1);
    await bench.sendOne({ sender: bench.openSender({ accessTokens }) });
    expect(issued()).toBe(1);
    bench.clock.set(new Date(NOW + 11 * 60_000));
    await check();
    expect(issued()).toBe(2);
  });
});

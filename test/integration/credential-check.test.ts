import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { VENDOR_NAMES } from '#libs/contracts';
import { AppRepository, CredentialStore, openSql, SecretBox } from '#libs/database';
import { Metrics } from '#libs/observability';
import { waitFor } from '#libs/testing';
import { pino } from 'pino';
import { startSender } from '../../apps/sender/src/index.ts';
import { runCli } from '../../apps/settings-api/src/cli/run-cli.ts';
import { checkPorts, CredentialChecks } from '../../apps/settings-api/src/credentials/credential-checks.ts';
import { startInProcessCluster, type InProcessCluster } from './support/in-process-cluster.ts';
import { at, type TestApp } from './settings-api.support.ts';

let cluster: InProcessCluster;
let app: TestApp;

beforeAll(async () => {
  cluster = await startInProcessCluster();
  app = await unlimitedApp('acme', 'chat');
  for (const vendor of VENDOR_NAMES) await cluster.putCredential(app, vendor, vendor);
  await cluster.putCredential(app, 'wrong', 'xiaomi', { appSecret: 'wrong-secret' });
  await cluster.putCredential(app, 'resting', 'oppo', { masterSecret: 'resting-secret', disabled: true });
});
afterEach(() => {
  for (const vendor of VENDOR_NAMES) cluster.simulator.state.faults.put(vendor, []);
});
afterAll(async () => {
  await cluster.close();
});

/** An app that may ask for checks as often as it likes. */
async function unlimitedApp(organization: string, name: string): Promise<TestApp> {
  const made = await cluster.createApp(organization, name);
  await new AppRepository(cluster.dataSource).setRateLimits(made.id, { 'credential.check': null });
  return made;
}

const check = async (name: string, of = app) => await cluster.call(of, 'POST', `push/credentials/${name}/check`);
async function doctor(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runCli(['doctor', ...args], {
    readEnvironment: () => cluster.environment,
    now: cluster.clock.now,
    print: (line) => void out.push(line),
    printError: (line) => void err.push(line),
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}
const requestsTo = (vendor: string): number => cluster.simulator.state.counters.of(vendor).requests;

describe('POST push/credentials/{name}/check', () => {
  it.each(VENDOR_NAMES)('finds nothing wrong with an account of %s, and pushes nothing', async (vendor) => {
    const { status, body } = await check(vendor);
    expect(status).toBe(200);
    expect(body['data']).toMatchObject({ name: vendor, vendor, disabled: false });
    expect(at(body, 'data', 'verdict')).toMatch(/^(ok|warning)$/);
    expect(at(body, 'data', 'findings')).toContainEqual(
      expect.objectContaining({ check: 'authenticated', verdict: 'ok', advice: null }),
    );
    expect(cluster.simulator.state.records.size).toBe(0);
  });

  it('says what is wrong and what to do, and nothing secret', async () => {
    const { status, body, text } = await check('wrong');
    expect(status).toBe(200);
    expect(at(body, 'data', 'verdict')).toBe('failed');
    expect(at(body, 'data', 'findings')).toContainEqual({
      check: 'authenticated',
      verdict: 'failed',
      detail: 'Xiaomi answers 21301',
      advice: expect.stringContaining('appSecret'),
    });
    expect(text).not.toContain('wrong-secret');
  });

  it('checks a credential that is switched off too', async () => {
    const { body } = await check('resting');
    expect(body['data']).toMatchObject({ disabled: true, verdict: 'failed' });
  });

  it('knows only the credentials of the app', async () => {
    const stranger = await unlimitedApp('acme', 'stranger');
    for (const [name, of] of [
      ['none', app],
      ['xiaomi', stranger],
    ] as const) {
      const { status, body } = await check(name, of);
      expect([status, body['error']]).toEqual([404, 'service_resource_not_found']);
    }
  });

  it('asks the vendor once for all who ask at the same time', async () => {
    const before = requestsTo('meizu');
    cluster.simulator.state.faults.put('meizu', [{ kind: 'latency', ms: 300 }]);
    const answers = await Promise.all([check('meizu'), check('meizu'), check('meizu')]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    // One to see whether it answers, one to ask.
    expect(requestsTo('meizu') - before).toBe(2);
  });

  it('asks for the credentials of four apps at once, and lets others wait', async () => {
    const six: TestApp[] = [];
    for (const index of Array.from({ length: 6 }).keys()) {
      const one = await unlimitedApp('six', `app${index}`);
      await cluster.putCredential(one, 'xiaomi', 'xiaomi');
      six.push(one);
    }
    const before = requestsTo('xiaomi');
    cluster.simulator.state.faults.put('xiaomi', [{ kind: 'latency', ms: 1_500 }]);
    const answers = Promise.all(six.map(async (one) => await check('xiaomi', one)));
    await waitFor(() => requestsTo('xiaomi') - before >= 4, { what: 'the first checks', intervalMs: 5 });
    // Whatever else was to be asked at once would have been by now.
    await cluster.done(app, 'GET', 'push/credentials');
    expect(requestsTo('xiaomi') - before).toBe(4);
    expect((await answers).map(({ status }) => status)).toEqual(six.map(() => 200));
    for (const one of six) await cluster.done(one, 'DELETE', 'push/credentials/xiaomi');
  });

  it('asks for one credential of an app at a time, so that other apps need not wait for it', async () => {
    const greedy = await unlimitedApp('acme', 'greedy');
    const names = Array.from({ length: 5 }, (_, index) => `one-of-five-${index}`);
    for (const name of names) await cluster.putCredential(greedy, name, 'xiaomi');
    const before = requestsTo('xiaomi');
    cluster.simulator.state.faults.put('xiaomi', [{ kind: 'latency', ms: 1_500 }]);
    const ended: string[] = [];
    const answers = names.map(async (name) => {
      const { status } = await check(name, greedy);
      ended.push(name);
      return status;
    });
    await waitFor(() => requestsTo('xiaomi') > before, { what: 'the first check', intervalMs: 5 });
    expect((await check('meizu')).status).toBe(200);
    // The other app has its answer while the greedy one waits for its first.
    expect([ended, requestsTo('xiaomi') - before]).toEqual([[], 1]);
    cluster.simulator.state.faults.put('xiaomi', []);
    expect(await Promise.all(answers)).toEqual(names.map(() => 200));
    for (const name of names) await cluster.done(greedy, 'DELETE', `push/credentials/${name}`);
  });

  it('may be asked for once a second by an app; another app has a second of its own', async () => {
    const hasty = await cluster.createApp('acme', 'hasty');
    const other = await cluster.createApp('acme', 'other');
    const statuses = async (of: TestApp): Promise<number[]> =>
      (await Promise.all([1, 2, 3].map(async () => await check('none', of)))).map(({ status }) => status).sort();
    expect(await Promise.all([statuses(hasty), statuses(other)])).toEqual([
      [404, 429, 429],
      [404, 429, 429],
    ]);
  });

  it('tells of stored fields that its vendor would not take any more', async () => {
    await cluster.putCredential(app, 'old', 'honor');
    await cluster.dataSource.query(`UPDATE credentials SET fields = fields - 'appId' WHERE name = 'old'`);
    const { body } = await check('old');
    expect(at(body, 'data', 'findings')).toEqual([
      { check: 'fields', verdict: 'failed', detail: expect.stringContaining('appId'), advice: expect.any(String) },
    ]);
    await cluster.done(app, 'DELETE', 'push/credentials/old');
  });

  it('is refused when too many others are before it, and works again when they are done', async () => {
    const sql = openSql(cluster.environment.DATABASE_URL, { poolSize: 2 });
    try {
      const store = new CredentialStore(sql, new SecretBox(cluster.environment.SECRET_KEYS));
      const [one] = (await store.openEnabled(['xiaomi'], { after: 0, limit: 50 })).filter(
        ({ name }) => name === 'xiaomi',
      );
      if (one === undefined) throw new Error('no credential');
      const ports = checkPorts(cluster.environment, { sql, now: cluster.clock.now, warn: () => undefined });
      const checks = new CredentialChecks({ ...ports, requestTimeoutMs: 200 });
      cluster.simulator.state.faults.put('xiaomi', [{ kind: 'hang' }]);
      // Four at once for 200 ms and longer: no more than twenty have begun after 800 ms.
      const many = Array.from({ length: 30 }, async (_, id) => await checks.check(id, { ...one, id }));
      const results = await Promise.allSettled(many);
      cluster.simulator.state.faults.put('xiaomi', []);
      const refused = results.filter(({ status }) => status === 'rejected');
      expect(refused.length).toBeGreaterThanOrEqual(10);
      expect(refused).toContainEqual({ status: 'rejected', reason: expect.objectContaining({ code: 'unavailable' }) });
      expect(await checks.check(app.id, one)).not.toHaveLength(0);
    } finally {
      await sql.close();
    }
  });
});

describe('a credential whose key is gone', () => {
  const finding = {
    check: 'fields',
    verdict: 'failed',
    detail: expect.stringContaining('is not in SECRET_KEYS'),
    advice: expect.stringContaining('Put the key back'),
  };
  let other: TestApp;

  beforeAll(async () => {
    other = await cluster.createApp('acme', 'keyless');
    await cluster.putCredential(other, 'fcm', 'fcm');
    await cluster.putCredential(other, 'lost', 'honor');
    await cluster.dataSource.query(`UPDATE credentials SET secrets_key = 'gone' WHERE name = 'lost'`);
  });
  afterAll(async () => {
    await cluster.done(other, 'DELETE', 'push/credentials/lost');
  });

  it('is told of by the check', async () => {
    const { status, body } = await check('lost', other);
    expect([status, at(body, 'data', 'findings')]).toEqual([200, [finding]]);
  });

  it('does not keep the doctor from the others', async () => {
    const { code, out, err } = await doctor('acme/keyless');
    expect([code, err]).toEqual([1, 'offpush: 1 of 2 credentials will not work']);
    expect(out).toMatch(/^✗ acme\/keyless lost \(honor\)$/m);
    expect(out).toMatch(/^ {2}✗ fields {2}.*is not in SECRET_KEYS\n.*Put the key back/m);
    expect(out).toMatch(/^. acme\/keyless fcm \(fcm\)$/m);
  });

  it('is listed with the others, as are their quotas', async () => {
    expect(await cluster.done(other, 'GET', 'push/credentials')).toEqual([
      expect.objectContaining({ name: 'fcm', secrets: [expect.any(String)] }),
      expect.objectContaining({ name: 'lost', secrets: [] }),
    ]);
    expect(await cluster.done(other, 'GET', 'push/quotas')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ credential: 'fcm' }),
        expect.objectContaining({
          credential: 'lost',
          class: 'marketing',
          limitSource: 'unknown',
          perDevicePerDay: null,
        }),
      ]),
    );
  });

  it('ends its pushes, instead of failing again and again', async () => {
    await cluster.done(other, 'PUT', 'users/u1', {});
    await cluster.putDevice(other, { user: 'u1', device: 'd1', credential: 'lost', vendor: 'honor' });
    const event = { id: 'm-1', chatType: 'user', sender: { username: 'u2' }, receivers: ['u1'], text: 'hi' };
    await cluster.done(other, 'POST', 'push/messages', event);
    const [told] = await cluster.settled(other, 'm-1');
    expect(told?.devices).toEqual([
      expect.objectContaining({ outcome: 'misconfigured', code: 'credential_invalid', credential: 'lost' }),
    ]);
  });
});

describe('offpush doctor', () => {
  it('shows the findings on one credential', async () => {
    const { code, out, err } = await doctor('acme/chat', '--credential', 'fcm');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^✓ acme\/chat fcm \(fcm\)\n/);
    expect(out).toMatch(/^ {2}✓ authenticated {2}FCM takes the credential$/m);
    expect(out).toMatch(/\nNothing is wrong with 1 credential$/);
  });

  it('fails when a credential does not work, and says what to do', async () => {
    const { code, out, err } = await doctor('acme/chat');
    expect([code, err]).toEqual([1, 'offpush: 1 of 10 credentials will not work']);
    expect(out).toMatch(/^✗ acme\/chat wrong \(xiaomi\)$/m);
    expect(out).toMatch(/^ {2}✗ authenticated {2}Xiaomi answers 21301\n {19}Compare appSecret/m);
    expect(out).toMatch(/^✗ acme\/chat resting \(oppo, disabled\)$/m);
    expect(out).not.toMatch(/wrong-secret|resting-secret|PRIVATE KEY/);
  });

  it('shows what is wrong with a credential that is switched off, and does not fail for it', async () => {
    const { code, out, err } = await doctor('acme/chat', '--credential', 'resting');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^✗ acme\/chat resting \(oppo, disabled\)$/m);
    expect(out).toMatch(/\n1 of 1 credential will not work when switched on$/);
  });

  it('checks all apps when none is named', async () => {
    const other = await cluster.createApp('globex', 'chat');
    await cluster.putCredential(other, 'phones', 'vivo');
    const { code, out } = await doctor();
    expect(code).toBe(1);
    expect(out).toMatch(/^✗ acme\/chat wrong/m);
    expect(out).toMatch(/^✓ globex\/chat phones \(vivo\)$/m);
  });

  it.each([
    [['no/such'], 1, 'There is no app no/such'],
    [['acme/chat', '--credential', 'none'], 1, 'acme/chat has no credential none'],
    [['--credential', 'fcm'], 2, '--credential needs an app'],
  ])('refuses %j', async (args, expected, message) => {
    const { code, out, err } = await doctor(...args);
    expect([code, out]).toEqual([expected, '']);
    expect(err).toContain(message);
  });
});

describe('a sender that starts', () => {
  it('warns of credentials of its vendors that will not work or lack a right, once for each and without secrets', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    await cluster.putCredential(app, 'wrong-too', 'honor', { clientSecret: 'wrong-secret-too' });
    await cluster.putCredential(app, 'capped', 'honor', { hasClassificationRight: false });
    await cluster.putCredential(app, 'lost', 'oppo');
    await cluster.dataSource.query(`UPDATE credentials SET secrets_key = 'gone' WHERE name = 'lost'`);
    const environment = { ...cluster.environment, SENDER_VENDORS: ['xiaomi', 'oppo', 'honor'] as const };
    const before = requestsTo('meizu');
    const sender = await startSender(
      { ...environment, SENDER_VENDORS: [...environment.SENDER_VENDORS] },
      logger,
      new Metrics('sender'),
      cluster.clock.now,
    );
    try {
      await waitFor(() => lines.length >= 6, {
        what: 'six warnings',
        intervalMs: 5,
      });
    } finally {
      await sender.close();
    }
    const warnings = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(warnings).toHaveLength(6);
    for (const [credential, vendor, check, msg] of [
      ['wrong', 'xiaomi', 'authenticated', 'A credential will not work'],
      ['wrong-too', 'honor', 'authenticated', 'A credential will not work'],
      ['lost', 'oppo', 'fields', 'A credential will not work'],
      ['capped', 'honor', 'class_rights', 'A credential lacks a right'],
      ['xiaomi', 'xiaomi', 'class_rights', 'A credential lacks a right'],
      ['wrong', 'xiaomi', 'class_rights', 'A credential lacks a right'],
    ]) {
      expect(warnings).toContainEqual(
        expect.objectContaining({
          msg,
          tenant: 'acme/chat',
          credential,
          vendor,
          check,
          advice: expect.any(String),
        }),
      );
    }
    expect(lines.join('')).not.toContain('wrong-secret');
    expect(requestsTo('meizu')).toBe(before);
  });

  it('is ready at once, and closes while a vendor does not answer', async () => {
    cluster.simulator.state.faults.put('xiaomi', [{ kind: 'hang' }]);
    const lines: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    const environment = { ...cluster.environment, SENDER_VENDORS: ['xiaomi' as const] };
    const before = requestsTo('xiaomi');
    const sender = await startSender(environment, logger, new Metrics('sender'), cluster.clock.now);
    await waitFor(() => requestsTo('xiaomi') > before, {
      what: 'a check to be under way',
      intervalMs: 5,
    });
    await Promise.all([sender.checks['postgres']?.(), sender.checks['queue']?.()]);
    await sender.close();
    expect(lines).toEqual([]);
  });
});

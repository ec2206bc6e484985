import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { apnsCredential, putApnsCredential, startFixture, type Fixture } from './settings-api.support.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
  await putApnsCredential(fixture, fixture.app, 'ios');
  await fixture.call('PUT', '/org1/app1/users/u1/devices/d1', { body: { credential: 'ios', token: 't' } });
});
afterAll(async () => {
  await fixture.close();
});

const MESSAGE = {
  chatType: 'chatgroup',
  conversation: 'g1',
  sender: { username: 'u2', nickname: 'Bo' },
  receivers: ['u1'],
  messageType: 'text',
  text: 'hi',
  translations: { fr: 'salut' },
  elements: [{ type: 'text', text: 'hi' }],
  ext: { em_push_template: { name: 't', title_args: ['a'] }, em_apns_ext: { em_push_title: 'x' } },
  offlinePushInfo: { PushFlag: 0, Title: 'a', ApnsInfo: { Sound: 's' }, AndroidInfo: { a: 1 } },
  mentions: ['u1'],
  force: true,
  lifetimeMs: 5,
};

const QUOTA = {
  timeZone: 'UTC',
  installedUsers: 5,
  newsLicence: true,
  ratePerSecond: 5,
  whenExhausted: ['hold', 'drop'],
  thresholds: [0.5],
  classes: { default: { perDay: 5, perDevicePerDay: null, reserve: { chat: 0.5 }, whenExhausted: ['drop'] } },
};

const PUSH = {
  strategy: 2,
  pushMessage: {
    title: 'a',
    content: 'b',
    ext: { a: 1 },
    config: { badge: { addNum: 1 }, clickAction: { action: 'a' } },
    apns: { badge: 1, ext: { a: 'b' } },
    fcmV1: { data: { a: 'b' }, androidConfig: { ttl: '1s' } },
    huawei: { message: { android: { notification: { badge: { setNum: 1 } } } } },
  },
};

/** Routes with a body, each with one that it takes, to be spoilt. */
const ROUTES: [string, string, Record<string, unknown>][] = [
  ['PUT', 'push/credentials/ios', apnsCredential()],
  ['PUT', 'push/credentials/ios/quota', QUOTA],
  ['PUT', 'users/u1', { nickname: 'a', notification_display_style: 1, timeZone: 'UTC', pushEnabled: true }],
  ['PUT', 'users/u1/notification/user/u1', { type: 'ALL', ignoreInterval: '1:00-2:00', ignoreDuration: 5 }],
  ['PUT', 'users/u1/notification/chatgroup/g1', { type: 'DEFAULT', ignoreInterval: '', ignoreDuration: '5' }],
  ['PUT', 'users/u1/notification/language', { translationLanguage: 'EU' }],
  ['PUT', 'users/u1', { device_id: 'd1', device_token: 't', notifier_name: 'ios', notification_no_disturbing: 0 }],
  ['PUT', 'users/u1/notification/template', { templateName: 't' }],
  ['PUT', 'users/u1/push/binding', { device_id: 'd1', notifier_name: 'ios', device_token: 't' }],
  ['PUT', 'notification/template/t', { title_pattern: '{0}', content_pattern: '{1}' }],
  ['PUT', 'push/features', { advanced: true, confirm: true }],
  ['POST', 'notification/template', { name: 't', title_pattern: '{0}', content_pattern: '{1}' }],
  ['PUT', 'users/u1/devices/d1', { credential: 'ios', token: 't', locale: 'en', vendor: 'apns' }],
  ['PUT', 'users/u1/devices/d2', { tokens: [{ credential: 'ios', token: 't2' }], locale: null }],
  ['PUT', 'users/u1/devices/d1/presence', { state: 'background', unreadCount: 1 }],
  ['POST', 'push/messages', MESSAGE],
  ['POST', 'push/messages/dry-run', MESSAGE],
  ['POST', 'push/async/u1', PUSH],
  ['POST', 'push/single', { targets: ['u1'], ...PUSH }],
  ['POST', 'push/list', { targets: ['u1'], startDate: '2023-11-15 00:00:00', ...PUSH }],
  ['POST', 'push/list/label', { targets: ['l1'], ...PUSH }],
  ['POST', 'push/task', { startDate: '', ...PUSH }],
  ['POST', 'push/label', { name: 'l1', description: 'd' }],
  ['POST', 'push/label/l1/user', { usernames: ['u1'] }],
  ['DELETE', 'push/label/l1/user', { usernames: ['u1'] }],
  ['DELETE', 'users/nobody', {}],
  ['PUT', 'no/such/path', {}],
];

const contentType = fc.oneof(
  fc.constantFrom(undefined, 'application/json', 'text/plain', 'application/x-www-form-urlencoded', ';', 'a/b; c="'),
  fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)), maxLength: 20 }),
);

const value = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom('\0', '\ud800', '', ' ', -1, 1e308, 2 ** 53, 1.5, null, true, [], {}, '__proto__', 'x'.repeat(9_000)),
);

/** A good body with up to three of its fields, or fields inside of them, replaced. */
function spoilt(body: Record<string, unknown>): fc.Arbitrary<string> {
  const paths = Object.entries(body).flatMap(([key, inner]) =>
    typeof inner === 'object' && inner !== null ? [[key], ...Object.keys(inner).map((name) => [key, name])] : [[key]],
  );
  const names = fc.oneof(
    fc.constantFrom(...(paths.length === 0 ? [['x']] : paths)),
    fc.array(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString')), {
      minLength: 1,
      maxLength: 2,
    }),
  );
  return fc.array(fc.tuple(names, value), { minLength: 1, maxLength: 3 }).map((changes) => {
    const copy = structuredClone(body);
    for (const [[first = '', second], given] of changes) {
      const replacement: unknown = structuredClone(given);
      const inner = copy[first];
      if (second !== undefined && Object.hasOwn(copy, first) && typeof inner === 'object' && inner !== null) {
        Object.defineProperty(inner, second, {
          value: replacement,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      } else {
        Object.defineProperty(copy, first, {
          value: replacement,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      }
    }
    return JSON.stringify(copy);
  });
}

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.json({ maxDepth: 6 }).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.concat([Buffer.from('{"a":"'), bytes, Buffer.from('"}')])),
);

/** Sends bytes with exactly these headers; resolves with the status and the body. */
async function send(method: string, path: string, body: Buffer, type: string | undefined): Promise<[number, string]> {
  const { hostname, port } = new URL(fixture.api.url);
  return await new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${fixture.app.token}`,
      'content-length': body.length,
      ...(type !== undefined && { 'content-type': type }),
    };
    const outgoing = request({ hostname, port, path, method, headers, timeout: 5_000 }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve([response.statusCode ?? 0, text]));
      response.on('error', reject);
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer to ${method} ${path}`)));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function expectClear(method: string, path: string, body: Buffer, type?: string): Promise<void> {
  const [status, text] = await send(method, path, body, type);
  expect({ status, text }).toMatchObject({ status: expect.any(Number), text: expect.stringMatching(/^\{.*\}$/s) });
  expect(status).toBeLessThan(500);
  if (status >= 400) {
    expect(JSON.parse(text)).toMatchObject({ error: expect.any(String), error_description: expect.any(String) });
  }
}

describe('any request gets an answer in JSON that is not our failure', () => {
  it.each(ROUTES)('%s %s', async (method, path, body) => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          anyBytes,
          spoilt(body).map((text) => Buffer.from(text)),
        ),
        contentType,
        async (bytes, type) => await expectClear(method, `/org1/app1/${path}`, bytes, type),
      ),
      { numRuns: 150 },
    );
  });

  it('whatever stands in the path', async () => {
    const segment = fc.oneof(
      fc.string({ unit: 'binary' }).map((text) => encodeURIComponent(text.toWellFormed())),
      fc.stringMatching(/^[!-~]{0,20}$/),
      fc.constantFrom('%', '%00', '%ff', '%2F', '..', 'x'.repeat(3_000)),
    );
    const templates = [
      (a: string) => `/org1/app1/users/${a}`,
      (a: string) => `/org1/app1/users/u1/devices/${a}`,
      (a: string, b: string) => `/org1/app1/users/u1/devices/${a}/tokens/${b}`,
      (a: string, b: string) => `/org1/app1/users/${a}/notification/user/${b}`,
      (a: string, b: string) => `/org1/app1/users/u1/notification/${a}/${b}`,
      (a: string) => `/org1/app1/notification/template/${a}`,
      (a: string) => `/org1/app1/push/credentials/${a}`,
      (a: string) => `/org1/app1/push/credentials/${a}/quota`,
      (a: string, b: string) => `/org1/app1/push/messages/${a}?cursor=${b}`,
      (a: string, b: string) => `/${a}/${b}/users/u1`,
      (a: string, b: string) => `/${a}/${b}`,
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...templates),
        segment,
        segment,
        fc.constantFrom('GET', 'PUT', 'DELETE', 'POST', 'PATCH'),
        async (template, a, b, method) => {
          const path = template(a, b);
          fc.pre(/^[!-~]+$/.test(path));
          await expectClear(method, path, Buffer.from('{}'));
        },
      ),
      { numRuns: 300 },
    );
  });
});

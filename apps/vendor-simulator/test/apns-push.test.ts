import type { ClientHttp2Session } from 'node:http2';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { REASON_STATUS } from '../src/apns/reasons.ts';
import type { Simulator } from '../src/index.ts';
import { ALERT, BUNDLE, KEY_ID, type PushOptions, TOKEN, openApns, push, registerTeam } from './apns-harness.ts';
import { type HttpAnswer, START_MS, answerOf, control, jsonOf, post, startTestSimulator } from './harness.ts';

const UUID = '5a3d1c1e-7a44-4f0e-9a3b-2f1f6c0f7b11';
const ANY_UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const BACKGROUND = { 'apns-push-type': 'background', 'apns-priority': '5' };

let simulator: Simulator;
let session: ClientHttp2Session;
let jwt: string;

beforeEach(async () => {
  simulator = await startTestSimulator();
  jwt = await registerTeam(simulator, { topics: [BUNDLE] }).jwt(START_MS / 1000);
  session = await openApns(simulator);
});

afterEach(async () => {
  session.destroy();
  await simulator.close();
});

async function send(options: PushOptions = {}): Promise<HttpAnswer> {
  return await push(session, jwt, options);
}

function payloadOf(bytes: number): string {
  const frame = JSON.stringify({ aps: { alert: '' } });
  return JSON.stringify({ aps: { alert: 'x'.repeat(bytes - frame.length) } });
}

describe('a good push', () => {
  it('is answered with 200, the same apns-id and nothing else', async () => {
    const answer = await send({ headers: { 'apns-id': UUID } });
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(answer.headers['apns-id']).toBe(UUID);
    expect(answer.headers['apns-unique-id']).toBeUndefined();
  });

  it('gets an id when it has none', async () => {
    expect((await send()).headers['apns-id']).toMatch(ANY_UUID);
  });

  it('gets a unique id from the sandbox alone', async () => {
    const sandbox = await openApns(simulator, 'sandbox');
    expect((await push(sandbox, jwt)).headers['apns-unique-id']).toMatch(ANY_UUID);
    sandbox.destroy();
  });

  it.each<[string, PushOptions]>([
    ['in the background', { headers: BACKGROUND, body: { aps: { 'content-available': 1 }, conv: '8812' } }],
    ['without a push type', { headers: { 'apns-push-type': undefined } }],
    ['without a priority', { headers: { 'apns-priority': undefined } }],
    ['with priority 1', { headers: { 'apns-priority': '1' } }],
    ['that is not to be stored', { headers: { 'apns-expiration': '0' } }],
    ['with a collapse id of 64 bytes', { headers: { 'apns-collapse-id': 'c'.repeat(64) } }],
    ['whose token is in capitals', { token: TOKEN.toUpperCase() }],
    ['whose token is short', { token: '00'.repeat(8) }],
    ['whose token is long', { token: 'ab'.repeat(256) }],
    ['of 4096 bytes', { body: payloadOf(4096) }],
    [
      'of voip and 5120 bytes',
      { headers: { 'apns-push-type': 'voip', 'apns-topic': `${BUNDLE}.voip` }, body: payloadOf(5120) },
    ],
    ['with a badge alone', { body: { aps: { badge: 0 } } }],
  ])('%s is accepted', async (_, options) => {
    const answer = await send(options);
    expect([answer.text, answer.status]).toEqual(['', 200]);
  });
});

describe('a push that breaks a rule', () => {
  it.each<[string, string, PushOptions]>([
    ['BadMessageId', 'whose id is no UUID', { headers: { 'apns-id': 'abc' } }],
    ['BadMessageId', 'whose id is in capitals', { headers: { 'apns-id': UUID.toUpperCase() } }],
    ['BadExpirationDate', 'whose expiration is no number', { headers: { 'apns-expiration': 'tomorrow' } }],
    ['BadExpirationDate', 'whose expiration is negative', { headers: { 'apns-expiration': '-1' } }],
    ['BadPriority', 'of priority 7', { headers: { 'apns-priority': '7' } }],
    ['BadPriority', 'of priority high', { headers: { 'apns-priority': 'high' } }],
    [
      'BadPriority',
      'in the background at priority 10',
      { headers: { ...BACKGROUND, 'apns-priority': '10' }, body: { aps: { 'content-available': 1 } } },
    ],
    [
      'BadPriority',
      'in the background at the default priority',
      { headers: { ...BACKGROUND, 'apns-priority': undefined }, body: { aps: { 'content-available': 1 } } },
    ],
    ['InvalidPushType', 'of an unknown type', { headers: { 'apns-push-type': 'banner' } }],
    [
      'InvalidPushType',
      'in the background with an alert',
      { headers: BACKGROUND, body: { aps: { 'content-available': 1, alert: 'x' } } },
    ],
    ['InvalidPushType', 'in the background without content-available', { headers: BACKGROUND, body: { aps: {} } }],
    ['InvalidPushType', 'of type alert that alerts nobody', { body: { aps: { 'content-available': 1 } } }],
    ['BadCollapseId', 'whose collapse id has 65 bytes', { headers: { 'apns-collapse-id': 'c'.repeat(65) } }],
    ['MissingTopic', 'without a topic', { headers: { 'apns-topic': undefined } }],
    ['BadTopic', 'whose topic has a blank', { headers: { 'apns-topic': 'im example' } }],
    ['BadTopic', 'of voip to the bare bundle id', { headers: { 'apns-push-type': 'voip' } }],
    ['TopicDisallowed', 'to a topic that the key may not use', { headers: { 'apns-topic': 'im.example.other' } }],
    ['PayloadEmpty', 'without a body', { body: '' }],
    ['PayloadEmpty', 'whose body is not JSON', { body: '{"aps":' }],
    ['PayloadEmpty', 'whose body is a list', { body: '[]' }],
    ['PayloadEmpty', 'without aps', { body: { conv: '8812' } }],
    ['PayloadTooLarge', 'of 4097 bytes', { body: payloadOf(4097) }],
    ['PayloadTooLarge', 'of far too many bytes', { body: payloadOf(300_000) }],
    [
      'PayloadTooLarge',
      'of voip and 5121 bytes',
      { headers: { 'apns-push-type': 'voip', 'apns-topic': `${BUNDLE}.voip` }, body: payloadOf(5121) },
    ],
    ['BadDeviceToken', 'whose token is not hex', { token: 'zz'.repeat(32) }],
    ['BadDeviceToken', 'whose token has odd length', { token: TOKEN.slice(1) }],
    ['BadDeviceToken', 'whose token is too short', { token: '00'.repeat(7) }],
    ['BadDeviceToken', 'whose token is too long', { token: 'ab'.repeat(257) }],
    ['MissingDeviceToken', 'without a token', { token: '' }],
    ['BadPath', 'to a deeper path', { token: `${TOKEN}/x` }],
  ])('is refused with %s: one %s', async (reason, _, options) => {
    const answer = await send(options);
    expect(jsonOf(answer)).toEqual({ reason });
    expect(answer.status).toBe(REASON_STATUS[reason as keyof typeof REASON_STATUS]);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.headers['apns-id']).toMatch(ANY_UUID);
    expect(simulator.state.records.size).toBe(0);
    expect(simulator.state.counters.of('apns').refused).toEqual({ [reason]: 1 });
  });

  it('is refused with DuplicateHeaders when a header comes twice', async () => {
    const answer = await send({ headers: { 'apns-collapse-id': ['a', 'b'] } });
    expect([answer.status, jsonOf(answer)]).toEqual([400, { reason: 'DuplicateHeaders' }]);
  });

  it('is refused with BadPath when the path is none of APNs', async () => {
    const answer = await post(session, '/2/device/abc', {}, '{}');
    expect([answer.status, jsonOf(answer)]).toEqual([404, { reason: 'BadPath' }]);
  });

  it('is refused with MethodNotAllowed when it is not a POST', async () => {
    const stream = session.request({ ':method': 'PUT', ':path': `/3/device/${TOKEN}` });
    stream.end('{}');
    const answer = await answerOf(stream);
    expect([answer.status, jsonOf(answer)]).toEqual([405, { reason: 'MethodNotAllowed' }]);
  });

  it('keeps its own apns-id in the refusal', async () => {
    const answer = await send({ headers: { 'apns-id': UUID, 'apns-priority': '7' } });
    expect(answer.headers['apns-id']).toBe(UUID);
  });
});

describe('a device token', () => {
  it('belongs to the environment that used it first', async () => {
    await send();
    const sandbox = await openApns(simulator, 'sandbox');
    const answer = await push(sandbox, jwt);
    expect([answer.status, jsonOf(answer)]).toEqual([400, { reason: 'BadDeviceToken' }]);
    sandbox.destroy();
  });

  it('belongs to the topic that used it first', async () => {
    await send();
    const answer = await send({
      headers: { 'apns-push-type': 'voip', 'apns-topic': `${BUNDLE}.voip` },
    });
    expect([answer.status, jsonOf(answer)]).toEqual([400, { reason: 'DeviceTokenNotForTopic' }]);
  });

  it('is unknown until registered when registration on first use is off', async () => {
    simulator.state.settings.autoRegister = false;
    expect(jsonOf(await send())).toEqual({ reason: 'BadDeviceToken' });
    const registration = { topic: BUNDLE, environment: 'production' };
    await control(simulator, 'PUT', `/tokens/apns/${TOKEN.toUpperCase()}`, registration);
    expect((await send()).status).toBe(200);
  });

  it('is gone since the given time once killed, and back once revived', async () => {
    await control(simulator, 'POST', `/tokens/apns/${TOKEN}/kill`, { timestamp: 1_759_990_000_123 });
    const gone = await send();
    expect([gone.status, jsonOf(gone)]).toEqual([410, { reason: 'Unregistered', timestamp: 1_759_990_000_123 }]);
    await control(simulator, 'POST', `/tokens/apns/${TOKEN}/revive`);
    expect((await send()).status).toBe(200);
  });

  it.each([
    ['ExpiredToken', 410, { reason: 'ExpiredToken', timestamp: START_MS }],
    ['TooManyRequests', 429, { reason: 'TooManyRequests' }],
    ['BadDeviceToken', 400, { reason: 'BadDeviceToken' }],
  ])('can be killed with %s', async (reason, status, body) => {
    await control(simulator, 'POST', `/tokens/apns/${TOKEN}/kill`, { reason });
    const answer = await send();
    expect([answer.status, jsonOf(answer)]).toEqual([status, body]);
  });
});

describe('what devices show', () => {
  it('is kept per token with everything that was sent', async () => {
    const body = {
      aps: { alert: { title: 'Lin', subtitle: 'Chess club', body: 'Hello 世界' }, badge: 4, sound: 'default' },
      image: 'https://images.example/1.png',
      ext: { conv: '8812' },
    };
    await send({
      headers: { 'apns-id': UUID, 'apns-collapse-id': 'conv-8812', 'apns-expiration': '1800000000' },
      body,
    });
    const { json } = await control(simulator, 'GET', `/notifications?vendor=apns&token=${TOKEN}`);
    expect(json['notifications']).toEqual([
      {
        sequence: expect.any(Number),
        state: 'shown',
        vendor: 'apns',
        token: TOKEN,
        app: BUNDLE,
        receivedAt: START_MS,
        id: UUID,
        replaceKey: 'conv-8812',
        visible: true,
        details: {
          environment: 'production',
          keyId: KEY_ID,
          pushType: 'alert',
          priority: '10',
          expiration: '1800000000',
        },
        title: 'Lin',
        subtitle: 'Chess club',
        body: 'Hello 世界',
        image: 'https://images.example/1.png',
        badge: 4,
        sound: 'default',
        data: { image: 'https://images.example/1.png', ext: { conv: '8812' } },
        warnings: [],
        raw: JSON.stringify(body),
      },
    ]);
  });

  it('is replaced by a later push with the same collapse id, while the list keeps both', async () => {
    await send({ headers: { 'apns-collapse-id': 'a' }, body: { aps: { alert: 'one' } } });
    await send({ headers: { 'apns-collapse-id': 'b' }, body: { aps: { alert: 'two' } } });
    await send({ headers: { 'apns-collapse-id': 'a' }, body: { aps: { alert: 'three' } } });
    await send({ headers: BACKGROUND, body: { aps: { 'content-available': 1 } } });
    const all = await control(simulator, 'GET', `/notifications?vendor=apns&token=${TOKEN}`);
    expect(all.json['notifications']).toMatchObject([
      { body: 'one', state: 'replaced' },
      { body: 'two', state: 'shown' },
      { body: 'three', state: 'shown' },
      { state: 'silent' },
    ]);
    const shown = await control(simulator, 'GET', `/shown?token=${TOKEN}`);
    expect(shown.json['notifications']).toMatchObject([{ body: 'two' }, { body: 'three' }]);
  });

  it('comes with warnings about what a device ignores', async () => {
    await send({ body: { aps: { ...ALERT.aps, badge: '4', conversation: 'x', alert: { title: 1 } } } });
    const { json } = await control(simulator, 'GET', `/notifications?token=${TOKEN}`);
    expect(json['notifications']).toMatchObject([
      {
        warnings: [
          'aps.badge has a value that devices ignore',
          'aps.conversation is not a key that devices know',
          'aps.alert.title has a value that devices ignore',
        ],
      },
    ]);
  });
});

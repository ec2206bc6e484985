import { Agent, request as httpsRequest } from 'node:https';
import type { ClientHttp2Session } from 'node:http2';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Simulator, SimulatorOptions } from '../src/index.ts';
import { EMAIL, PROJECT, TOKEN, accessToken, errorOf, registerAccount, sendBody } from './fcm-harness.ts';
import {
  type HttpAnswer,
  START_MS,
  type TestClock,
  control,
  jsonOf,
  openSession,
  post,
  startTestSimulator,
} from './harness.ts';

const NAME = /^projects\/demo-chat-41\/messages\/0:\d{16}%[0-9a-f]{16}$/;
const MESSAGE = { token: TOKEN, notification: { title: 'Lin', body: 'Are we still on for 7?' } };

let simulator: Simulator & { clock: TestClock };
let session: ClientHttp2Session;
let bearer: string;

async function start(
  options: Omit<SimulatorOptions, 'now'> = {},
  account: Record<string, unknown> = {},
): Promise<void> {
  simulator = await startTestSimulator(options);
  registerAccount(simulator, account);
  session = await openSession(simulator.urls.fcm, simulator.caPem);
  bearer = await accessToken(simulator);
}

async function restart(options: Omit<SimulatorOptions, 'now'>, account?: Record<string, unknown>): Promise<void> {
  await stop();
  await start(options, account);
}

async function stop(): Promise<void> {
  session.destroy();
  await simulator.close();
}

beforeEach(async () => await start());
afterEach(stop);

async function send(message: unknown, extra: Record<string, unknown> = {}): Promise<HttpAnswer> {
  return await sendBody(session, bearer, { message, ...extra });
}

function sized(bytes: number): Record<string, unknown> {
  const frame = JSON.stringify({ data: { text: '' } }).length;
  return { token: TOKEN, data: { text: 'x'.repeat(bytes - frame) } };
}

describe('a good message', () => {
  it('is answered with its name', async () => {
    const answer = await send(MESSAGE);
    expect(answer.status).toBe(200);
    expect(jsonOf(answer)).toEqual({ name: expect.stringMatching(NAME) });
    expect(answer.headers['content-type']).toBe('application/json; charset=UTF-8');
  });

  it('gets a name of its own', async () => {
    expect((await send(MESSAGE)).text).not.toBe((await send(MESSAGE)).text);
  });

  it.each<[string, unknown]>([
    [
      'with everything set in snake_case',
      {
        ...MESSAGE,
        data: { conv: '8812' },
        fcm_options: { analytics_label: 'chat' },
        android: {
          collapse_key: 'conv-8812',
          priority: 'HIGH',
          ttl: '86400s',
          restricted_package_name: 'im.example.chat',
          direct_boot_ok: true,
          bandwidth_constrained_ok: true,
          restricted_satellite_ok: false,
          data: { conv: '1' },
          fcm_options: { analytics_label: 'chat' },
          notification: {
            title: 't',
            body: 'b',
            image: 'https://images.example/1.png',
            icon: 'i',
            color: '#a0b1C2',
            sound: 'default',
            default_sound: true,
            default_vibrate_timings: false,
            default_light_settings: false,
            vibrate_timings: ['0.5s', '1s'],
            light_settings: {
              color: { red: 1, green: 0, blue: 0, alpha: 1 },
              light_on_duration: '1s',
              light_off_duration: '1.5s',
            },
            tag: 'conv-8812',
            click_action: 'OPEN_CHAT',
            channel_id: 'im_msg',
            notification_count: 4,
            notification_priority: 'PRIORITY_HIGH',
            visibility: 'PRIVATE',
            ticker: 't',
            sticky: false,
            local_only: true,
            event_time: '2026-05-04T12:00:00.5+08:00',
            title_loc_key: 'k',
            title_loc_args: ['a'],
            body_loc_key: 'k',
            body_loc_args: ['a'],
            proxy: 'IF_PRIORITY_LOWERED',
          },
        },
      },
    ],
    [
      'in lowerCamelCase',
      {
        ...MESSAGE,
        fcmOptions: { analyticsLabel: 'x' },
        android: { collapseKey: 'c', notification: { channelId: 'im_msg', notificationCount: '3' } },
      },
    ],
    [
      'for Apple and web',
      {
        ...MESSAGE,
        apns: { headers: { 'apns-priority': '10' }, payload: { aps: {} }, fcm_options: { image: 'x' } },
        webpush: { headers: {}, data: {}, notification: { any: 1 }, fcm_options: { link: 'https://x' } },
      },
    ],
    ['to a topic', { topic: 'news', data: { a: 'b' } }],
    ['to a condition', { condition: "'a' in topics", data: { a: 'b' } }],
    ['that lives for zero seconds', { ...MESSAGE, android: { ttl: '0s' } }],
    ['that lives for four weeks and a bit', { ...MESSAGE, android: { ttl: '2419200.5s' } }],
    ['with null for absent', { ...MESSAGE, data: null, topic: null }],
    ['of 4096 bytes', sized(4096)],
  ])('%s is accepted', async (_, message) => {
    const answer = await send(message);
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('"name"')]);
  });

  it('is checked and not delivered when only validation is asked for', async () => {
    const answer = await send(MESSAGE, { validate_only: true });
    expect(jsonOf(answer)).toEqual({ name: expect.stringMatching(NAME) });
    expect(simulator.state.records.size).toBe(0);
    expect(simulator.state.counters.of('fcm')).toMatchObject({ accepted: 0, validated: 1 });
    expect((await send({ ...MESSAGE, nope: 1 }, { validateOnly: true })).status).toBe(400);
  });

  it('may go to the project by its number', async () => {
    await restart({}, { project_number: '123456789' });
    const answer = await sendBody(session, bearer, { message: MESSAGE }, '123456789');
    expect(jsonOf(answer)).toEqual({ name: expect.stringMatching(NAME) });
  });

  it('may come over HTTP/1.1', async () => {
    const agent = new Agent({ ca: simulator.caPem, keepAlive: true });
    const statuses = [];
    for (const token of [TOKEN, 'no good token']) {
      const body = JSON.stringify({ message: { ...MESSAGE, token } });
      statuses.push(
        await new Promise((resolve, reject) => {
          const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
          const url = `${simulator.urls.fcm}/v1/projects/${PROJECT}/messages:send`;
          const request = httpsRequest(url, { method: 'POST', agent, headers }, (response) => {
            response.resume();
            response.on('end', () => resolve(response.statusCode));
          });
          request.on('error', reject);
          request.end(body);
        }),
      );
    }
    agent.destroy();
    expect(statuses).toEqual([200, 400]);
    expect(simulator.state.counters.of('fcm')).toMatchObject({ requests: 2, accepted: 1 });
  });

  it('meets a server that allows a hundred streams', () => {
    expect(session.remoteSettings.maxConcurrentStreams).toBe(100);
  });
});

describe('a message that breaks a rule about a field', () => {
  it.each<[string, string, unknown]>([
    ['an unknown field', 'message', { ...MESSAGE, tokens: ['a'] }],
    [
      'an unknown field further down',
      'message.android.notification',
      { ...MESSAGE, android: { notification: { channel: 'x' } } },
    ],
    ['a number as data value', 'message.data[1].value', { ...MESSAGE, data: { a: 'b', badge: 4 } }],
    ['an object as data value', 'message.data[0].value', { ...MESSAGE, data: { ext: {} } }],
    ['data that is no map', 'message.data', { ...MESSAGE, data: 'x' }],
    ['a number as Android data value', 'message.android.data[0].value', { ...MESSAGE, android: { data: { a: 1 } } }],
    ['the data key from', 'message.data', { ...MESSAGE, data: { from: 'x' } }],
    ['the data key message_type', 'message.data', { ...MESSAGE, data: { message_type: 'x' } }],
    ['a data key of google', 'message.data', { ...MESSAGE, data: { 'google.x': 'x' } }],
    ['a data key of gcm', 'message.android.data', { ...MESSAGE, android: { data: { gcm_x: 'x' } } }],
    ['a ttl without unit', 'message.android.ttl', { ...MESSAGE, android: { ttl: '3600' } }],
    ['a ttl that is a number', 'message.android.ttl', { ...MESSAGE, android: { ttl: 3600 } }],
    ['a negative ttl', 'message.android.ttl', { ...MESSAGE, android: { ttl: '-1s' } }],
    ['a ttl over four weeks', 'message.android.ttl', { ...MESSAGE, android: { ttl: '2419201s' } }],
    ['a priority in small letters', 'message.android.priority', { ...MESSAGE, android: { priority: 'high' } }],
    ['a title that is no string', 'message.notification.title', { ...MESSAGE, notification: { title: 1 } }],
    [
      'a colour by name',
      'message.android.notification.color',
      { ...MESSAGE, android: { notification: { color: 'red' } } },
    ],
    [
      'a count that is no integer',
      'message.android.notification.notification_count',
      { ...MESSAGE, android: { notification: { notification_count: 1.5 } } },
    ],
    [
      'an unknown importance',
      'message.android.notification.notification_priority',
      { ...MESSAGE, android: { notification: { notification_priority: 'HIGH' } } },
    ],
    [
      'half of the light settings',
      'message.android.notification.light_settings',
      { ...MESSAGE, android: { notification: { light_settings: { color: {} } } } },
    ],
    [
      'a bad event time',
      'message.android.notification.event_time',
      { ...MESSAGE, android: { notification: { event_time: 'now' } } },
    ],
    [
      'arguments that are no list',
      'message.android.notification.body_loc_args',
      { ...MESSAGE, android: { notification: { body_loc_args: 'a' } } },
    ],
    ['no recipient', 'message', { notification: { title: 'x' } }],
    ['an empty recipient', 'message', { ...MESSAGE, token: '' }],
    ['two recipients', 'message', { ...MESSAGE, topic: 'news' }],
    [
      'a field under both names',
      'message.android.collapse_key',
      { ...MESSAGE, android: { collapse_key: 'a', collapseKey: 'b' } },
    ],
    ['a message that is a list', 'message', []],
    ['no message', 'message', undefined],
  ])('is refused: %s', async (_, field, message) => {
    const [status, word, , fields] = errorOf(await send(message));
    expect([status, word, fields]).toEqual([400, 'INVALID_ARGUMENT', [field]]);
    expect(simulator.state.records.size).toBe(0);
  });

  it.each([
    ['is not JSON', '{"message":'],
    ['is empty', ''],
    ['is a list', '[]'],
  ])('is refused when the body %s', async (_, body) => {
    expect(errorOf(await sendBody(session, bearer, body)).slice(0, 2)).toEqual([400, 'INVALID_ARGUMENT']);
  });

  it('is refused when it is too big, without naming a field', async () => {
    const expected = [400, 'INVALID_ARGUMENT', 'INVALID_ARGUMENT', undefined];
    expect(errorOf(await send(sized(4097)))).toEqual(expected);
    expect(errorOf(await send({ topic: 'news', data: { text: 'x'.repeat(2048) } }))).toEqual(expected);
    expect(errorOf(await send({ token: TOKEN, data: { text: '界'.repeat(1366) } }))).toEqual(expected);
  });

  it('is refused when it is not declared as JSON', async () => {
    const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'text/plain' };
    const path = `/v1/projects/${PROJECT}/messages:send`;
    expect((await post(session, path, headers, JSON.stringify({ message: MESSAGE }))).status).toBe(400);
  });
});

describe('a registration token', () => {
  it('is refused when malformed, in words and not by field', async () => {
    const answer = await send({ ...MESSAGE, token: 'no good token' });
    expect(errorOf(answer)).toEqual([400, 'INVALID_ARGUMENT', 'INVALID_ARGUMENT', undefined]);
    expect(answer.text).toContain('registration token is not a valid');
  });

  it('belongs to the project that used it first', async () => {
    await send(MESSAGE);
    const other = { project_id: 'other-1', client_email: 'b@other-1.example' };
    registerAccount(simulator, other);
    const otherBearer = await accessToken(simulator, { iss: other.client_email });
    const answer = await sendBody(session, otherBearer, { message: MESSAGE }, 'other-1');
    expect(errorOf(answer)).toEqual([403, 'PERMISSION_DENIED', 'SENDER_ID_MISMATCH', undefined]);
  });

  it('must be the package that the message is restricted to', async () => {
    await restart({}, { packageName: 'im.example.chat' });
    const restricted = (name: string) => ({ ...MESSAGE, android: { restricted_package_name: name } });
    expect((await send(restricted('im.example.chat'))).status).toBe(200);
    expect(errorOf(await send(restricted('im.example.other')))).toEqual([
      400,
      'INVALID_ARGUMENT',
      'INVALID_ARGUMENT',
      undefined,
    ]);
  });

  it('is unknown until registered when registration on first use is off', async () => {
    await control(simulator, 'PUT', '/settings', { autoRegister: false });
    expect(errorOf(await send(MESSAGE))).toEqual([404, 'NOT_FOUND', 'UNREGISTERED', undefined]);
    await control(simulator, 'PUT', `/tokens/fcm/${encodeURIComponent(TOKEN)}`, { projectId: PROJECT });
    expect((await send(MESSAGE)).status).toBe(200);
  });

  it.each<[string | undefined, ReturnType<typeof errorOf>]>([
    [undefined, [404, 'NOT_FOUND', 'UNREGISTERED', undefined]],
    ['NOT_FOUND', [404, 'NOT_FOUND', undefined, undefined]],
    ['SENDER_ID_MISMATCH', [403, 'PERMISSION_DENIED', 'SENDER_ID_MISMATCH', undefined]],
    ['INVALID_ARGUMENT', [400, 'INVALID_ARGUMENT', 'INVALID_ARGUMENT', undefined]],
    ['INVALID_ARGUMENT message.token', [400, 'INVALID_ARGUMENT', undefined, ['message.token']]],
    ['THIRD_PARTY_AUTH_ERROR', [401, 'UNAUTHENTICATED', 'THIRD_PARTY_AUTH_ERROR', undefined]],
  ])('can be killed with %s and revived', async (reason, expected) => {
    const path = `/tokens/fcm/${encodeURIComponent(TOKEN)}`;
    await control(simulator, 'POST', `${path}/kill`, reason === undefined ? {} : { reason });
    expect(errorOf(await send(MESSAGE))).toEqual(expected);
    await control(simulator, 'POST', `${path}/revive`);
    expect((await send(MESSAGE)).status).toBe(200);
  });
});

describe('signing in', () => {
  it.each([
    ['no token', {}],
    ['an unknown token', { authorization: 'Bearer ya29.unknown' }],
    ['another scheme', { authorization: 'Basic abc' }],
  ])('fails with %s', async (_, headers) => {
    const path = `/v1/projects/${PROJECT}/messages:send`;
    const answer = await post(session, path, { 'content-type': 'application/json', ...headers }, '{}');
    expect(errorOf(answer)).toEqual([401, 'UNAUTHENTICATED', undefined, undefined]);
  });

  it('ends when the access token expires', async () => {
    simulator.clock.ms += 3_598_999;
    expect((await send(MESSAGE)).status).toBe(200);
    simulator.clock.ms += 1;
    const answer = await send(MESSAGE);
    expect(errorOf(answer)).toEqual([401, 'UNAUTHENTICATED', undefined, undefined]);
    expect(answer.text).toContain('ACCESS_TOKEN_EXPIRED');
  });

  it('ends when the access tokens are taken back, and a new one works beside nothing else', async () => {
    await control(simulator, 'DELETE', `/vendors/fcm/access-tokens/${encodeURIComponent(EMAIL)}`);
    expect((await send(MESSAGE)).status).toBe(401);
    bearer = await accessToken(simulator);
    expect((await send(MESSAGE)).status).toBe(200);
  });

  it('leaves older tokens valid', async () => {
    await accessToken(simulator);
    expect((await send(MESSAGE)).status).toBe(200);
  });

  it('does not open the project of another account', async () => {
    registerAccount(simulator, { project_id: 'other-1', client_email: 'b@other-1.example' });
    const answer = await sendBody(session, bearer, { message: MESSAGE }, 'other-1');
    expect(errorOf(answer)).toEqual([403, 'PERMISSION_DENIED', undefined, undefined]);
  });

  it('does not help an account without the permission to send', async () => {
    await restart({}, { canSend: false });
    expect(errorOf(await send(MESSAGE))).toEqual([403, 'PERMISSION_DENIED', undefined, undefined]);
  });

  it('does not find a project that nobody has', async () => {
    const answer = await sendBody(session, bearer, { message: MESSAGE }, 'no-such-project');
    expect(errorOf(answer)).toEqual([404, 'NOT_FOUND', undefined, undefined]);
  });

  it('does not find another path', async () => {
    expect((await post(session, `/v1/projects/${PROJECT}/messages`, {}, '{}')).status).toBe(404);
  });
});

describe('quotas', () => {
  it('refuse a device its 241st message in a minute, and the next minute takes it', async () => {
    for (let count = 0; count < 240; count += 1) expect((await send(MESSAGE)).status).toBe(200);
    const answer = await send(MESSAGE);
    expect(errorOf(answer)).toEqual([429, 'RESOURCE_EXHAUSTED', 'QUOTA_EXCEEDED', undefined]);
    expect(answer.text).toContain('QuotaFailure');
    expect(answer.text).toContain('"subject":"device"');
    expect((await send({ ...MESSAGE, token: 'another_tok:APA91bExample' })).status).toBe(200);
    simulator.clock.ms += 60_000;
    expect((await send(MESSAGE)).status).toBe(200);
  });

  it('refuse a device what exceeds the hour', async () => {
    await restart({ limits: { fcm: { devicePerHour: 2 } } });
    await send(MESSAGE);
    simulator.clock.ms += 61_000;
    expect((await send(MESSAGE)).status).toBe(200);
    simulator.clock.ms += 61_000;
    expect((await send(MESSAGE)).status).toBe(429);
  });

  it('refuse a project what exceeds the minute, bad messages counted', async () => {
    await restart({ limits: { fcm: { projectPerMinute: 3 } } });
    const tokens = ['device_tok:1', 'no good token', 'device_tok:3', 'device_tok:4'];
    const statuses = [];
    for (const token of tokens) statuses.push((await send({ ...MESSAGE, token })).status);
    expect(statuses).toEqual([200, 400, 200, 429]);
    expect((await send(MESSAGE)).text).toContain(`"subject":"project:${PROJECT}"`);
    simulator.clock.ms += 60_000;
    expect((await send(MESSAGE)).status).toBe(200);
  });
});

describe('what devices show', () => {
  it('prefers the fields of android', async () => {
    const message = {
      ...MESSAGE,
      data: { conv: '1' },
      android: {
        data: { conv: '2' },
        notification: { title: 'Own', tag: 'conv-8812', sound: 'ding', notificationCount: 4 },
      },
    };
    await send(message);
    const { json } = await control(simulator, 'GET', `/notifications?vendor=fcm&token=${encodeURIComponent(TOKEN)}`);
    expect(json['notifications']).toMatchObject([
      {
        state: 'shown',
        app: PROJECT,
        receivedAt: START_MS,
        id: expect.stringMatching(NAME),
        title: 'Own',
        body: 'Are we still on for 7?',
        badge: 4,
        sound: 'ding',
        data: { conv: '2' },
        replaceKey: 'conv-8812',
        raw: JSON.stringify({ message }),
      },
    ]);
  });

  it('is replaced under the same tag, and nothing is drawn for data alone', async () => {
    const tagged = (body: string) => ({
      token: TOKEN,
      notification: { body },
      android: { notification: { tag: 'c' } },
    });
    await send(tagged('one'));
    await send(tagged('two'));
    await send({ token: TOKEN, data: { a: 'b' }, android: { priority: 'HIGH' } });
    const { json } = await control(simulator, 'GET', '/notifications');
    expect(json['notifications']).toMatchObject([
      { body: 'one', state: 'replaced' },
      { body: 'two', state: 'shown' },
      { state: 'silent', details: { priority: 'HIGH' } },
    ]);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FOREVER } from '#libs/contracts';
import { createDataSource } from '#libs/database';
import { at, putApnsCredential, START, startFixture, type Answer, type Fixture } from './settings-api.support.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
  await putApnsCredential(fixture, fixture.app, 'ios');
  await putApnsCredential(fixture, fixture.app, 'ios2');
});
afterAll(async () => {
  await fixture.close();
});

const DEVICES = '/org1/app1/users/u1/devices';

beforeEach(async () => {
  for (const user of ['u1', 'u2']) {
    await fixture.call('DELETE', `/org1/app1/users/${user}`);
    await fixture.call('PUT', `/org1/app1/users/${user}`);
  }
});

async function put(deviceId: string, body: unknown, user = 'u1'): Promise<Answer> {
  return await fixture.call('PUT', `/org1/app1/users/${user}/devices/${deviceId}`, { body });
}

async function putPresence(body: unknown, deviceId = 'd1'): Promise<Answer> {
  return await fixture.call('PUT', `${DEVICES}/${deviceId}/presence`, { body });
}

function shown(token: string, credential = 'ios'): Record<string, unknown> {
  return {
    credential,
    vendor: 'apns',
    token,
    registeredAt: START,
    tokenGone: false,
    goneAt: null,
    mutedUntil: null,
  };
}

async function sql(statement: string): Promise<void> {
  const dataSource = await createDataSource(fixture.database.url, { poolSize: 1 }).initialize();
  try {
    await dataSource.query(statement);
  } finally {
    await dataSource.destroy();
  }
}

async function tokensOf(deviceId: string, user = 'u1'): Promise<unknown> {
  return at((await fixture.call('GET', `/org1/app1/users/${user}/devices/${deviceId}`)).body, 'data', 'tokens');
}

const D1 = {
  deviceId: 'd1',
  presence: 'background',
  seenAt: START,
  unreadCount: 0,
  locale: null,
  tokens: [shown('tok1')],
};

describe('devices', () => {
  it('are registered with a token, listed, read and deleted', async () => {
    const { status, body } = await put('d1', { credential: 'ios', token: 'tok1' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ path: '/users', uri: `${fixture.api.url}/org1/app1/users/devices/d1`, data: D1 });
    expect((await fixture.call('GET', `${DEVICES}/d1`)).body['data']).toEqual(D1);
    expect((await fixture.call('GET', DEVICES)).body['data']).toEqual([D1]);
    expect((await fixture.call('DELETE', `${DEVICES}/d1`)).body['data']).toEqual(D1);
    expect((await fixture.call('GET', DEVICES)).body['data']).toEqual([]);
  });

  it('have a token with each of several credentials', async () => {
    await put('d1', { credential: 'ios', token: 'tok1' });
    const { body } = await put('d1', { credential: 'ios2', token: 'tok2' });
    expect(at(body, 'data', 'tokens')).toEqual([shown('tok1'), shown('tok2', 'ios2')]);
  });

  it('get all their tokens at once, and keep no others', async () => {
    await put('d1', { credential: 'ios', token: 'old' });
    const tokens = [
      { credential: 'ios2', token: 'tok2' },
      { credential: 'ios', token: 'tok1' },
    ];
    const both = await put('d1', { tokens, locale: 'en' });
    expect(both.body['data']).toEqual({ ...D1, locale: 'en', tokens: [shown('tok1'), shown('tok2', 'ios2')] });
    expect(at((await put('d1', { tokens: tokens.slice(0, 1) })).body, 'data')).toMatchObject({
      locale: 'en',
      tokens: [shown('tok2', 'ios2')],
    });
  });

  it('take several tokens over from several devices, which keep their others', async () => {
    await put('d1', { tokens: [{ credential: 'ios', token: 'a' }] });
    await put('d2', {
      tokens: [
        { credential: 'ios', token: 'b' },
        { credential: 'ios2', token: 'c' },
      ],
    });
    await put(
      'd9',
      {
        tokens: [
          { credential: 'ios', token: 'a' },
          { credential: 'ios2', token: 'c' },
        ],
      },
      'u2',
    );
    expect(await tokensOf('d1')).toEqual([]);
    expect(await tokensOf('d2')).toEqual([shown('b')]);
    expect(await tokensOf('d9', 'u2')).toEqual([shown('a'), shown('c', 'ios2')]);
  });

  it('take equal tokens of different credentials for different ones', async () => {
    await put('d1', { credential: 'ios', token: 'same' });
    await put('d2', { credential: 'ios2', token: 'same' });
    expect(await tokensOf('d1')).toEqual([shown('same')]);
    expect(await tokensOf('d2')).toEqual([shown('same', 'ios2')]);
  });

  it('lose one token and keep the others', async () => {
    await put('d1', { credential: 'ios', token: 'tok1' });
    await put('d1', { credential: 'ios2', token: 'tok2' });
    const { status, body } = await fixture.call('DELETE', `${DEVICES}/d1/tokens/ios`);
    expect(status).toBe(200);
    expect(body['data']).toEqual({ ...D1, tokens: [shown('tok2', 'ios2')] });
    expect(await tokensOf('d1')).toEqual([shown('tok2', 'ios2')]);
  });

  it.each([
    ['token ios2', 'd1/tokens/ios2'],
    ['device nosuch', 'nosuch/tokens/ios'],
  ])('tell of an unknown %s', async (what, path) => {
    await put('d1', { credential: 'ios', token: 'tok1' });
    const { status, body } = await fixture.call('DELETE', `${DEVICES}/${path}`);
    expect(status).toBe(404);
    expect(body).toMatchObject({
      error: 'service_resource_not_found',
      error_description: `Service resource not found : ${what}`,
    });
    expect(await tokensOf('d1')).toEqual([shown('tok1')]);
  });

  it.each([
    ['for good', "'infinity'", FOREVER],
    ['for a while', `to_timestamp(${START + 5} / 1000.0)`, START + 5],
    ['no more', `to_timestamp(${START} / 1000.0)`, null],
  ])('show a token that is muted %s, until it is registered again', async (_how, until, mutedUntil) => {
    await put('d1', { credential: 'ios', token: 'tok1' });
    await put('d1', { credential: 'ios2', token: 'tok2' });
    await sql(`UPDATE device_tokens SET muted_until = ${until}`);
    expect(await tokensOf('d1')).toEqual([
      { ...shown('tok1'), mutedUntil },
      { ...shown('tok2', 'ios2'), mutedUntil },
    ]);
    await put('d1', { credential: 'ios', token: 'tok1' });
    expect(await tokensOf('d1')).toEqual([shown('tok1'), { ...shown('tok2', 'ios2'), mutedUntil }]);
  });

  it('get a new token in place of the old one', async () => {
    await put('d1', { credential: 'ios', token: 'old' });
    expect(at((await put('d1', { credential: 'ios', token: 'new' })).body, 'data', 'tokens')).toEqual([shown('new')]);
  });

  it('take a token over from whoever had it', async () => {
    await put('d1', { credential: 'ios', token: 'tok1' });
    await put('d9', { credential: 'ios', token: 'tok1' }, 'u2');
    expect((await fixture.call('GET', `${DEVICES}/d1`)).body['data']).toEqual({ ...D1, tokens: [] });
  });

  it('say that the vendor declared a token dead, until it is registered again', async () => {
    await put('d1', { credential: 'ios', token: 'tok1' });
    await sql(`UPDATE device_tokens SET gone_at = to_timestamp(${START + 5} / 1000.0)`);
    expect(at((await fixture.call('GET', `${DEVICES}/d1`)).body, 'data', 'tokens', 0)).toMatchObject({
      tokenGone: true,
      goneAt: START + 5,
    });
    expect(at((await putPresence({ state: 'background' })).body, 'data', 'tokens', 0, 'tokenGone')).toBe(true);
    await put('d1', { credential: 'ios', token: 'tok1' });
    expect(at((await fixture.call('GET', `${DEVICES}/d1`)).body, 'data', 'tokens', 0, 'tokenGone')).toBe(false);
  });

  it('keep their locale until it is changed or forgotten', async () => {
    await put('d1', { credential: 'ios', token: 'tok1', locale: 'zh_CN' });
    expect(at((await put('d1', { credential: 'ios', token: 'tok1' })).body, 'data', 'locale')).toBe('zh_CN');
    const forgotten = await put('d1', { credential: 'ios', token: 'tok1', locale: null });
    expect(at(forgotten.body, 'data', 'locale')).toBeNull();
  });

  it('keep the token of a credential that was deleted', async () => {
    await putApnsCredential(fixture, fixture.app, 'brief');
    await put('d1', { credential: 'brief', token: 'tok1' });
    await fixture.call('DELETE', '/org1/app1/push/credentials/brief');
    expect(at((await fixture.call('GET', `${DEVICES}/d1`)).body, 'data', 'tokens', 0, 'vendor')).toBeNull();
  });

  it.each([
    ['credential', { credential: 'nosuch', token: 't' }],
    ['credential', { token: 't' }],
    ['token', { credential: 'ios' }],
    ['token', { credential: 'ios', token: '' }],
    ['token', { credential: 'ios', token: 'x'.repeat(1_025) }],
    ['token', { credential: 'ios', token: 'a b' }],
    ['token', { credential: 'ios', token: 'é' }],
    ['locale', { credential: 'ios', token: 't', locale: 'en GB' }],
    ['vendor', { credential: 'ios', token: 't', vendor: 'fcm' }],
    ['vendor', { credential: 'ios', token: 't', vendor: 'pigeon' }],
    ['colour', { credential: 'ios', token: 't', colour: 'red' }],
    ['credential', {}],
    ['tokens', { tokens: [] }],
    ['tokens', { tokens: Array.from({ length: 11 }, (_, index) => ({ credential: `c${index}`, token: 't' })) }],
    [
      'tokens',
      {
        tokens: [
          { credential: 'ios', token: 'a' },
          { credential: 'ios', token: 'b' },
        ],
      },
    ],
    ['tokens.0.token', { tokens: [{ credential: 'ios', token: 'a b' }] }],
    ['tokens.0.vendor', { tokens: [{ credential: 'ios', token: 't', vendor: 'apns' }] }],
    [
      'tokens.1.credential',
      {
        tokens: [
          { credential: 'ios', token: 't' },
          { credential: 'nosuch', token: 't' },
        ],
      },
    ],
    ['credential', { credential: 'ios', tokens: [{ credential: 'ios', token: 't' }] }],
    ['token', { token: 't', tokens: [{ credential: 'ios', token: 't' }] }],
    ['vendor', { vendor: 'apns', tokens: [{ credential: 'ios', token: 't' }] }],
  ])('are refused for a bad %s', async (field, body) => {
    const answer = await put('d1', body);
    expect(answer.status).toBe(400);
    expect(answer.body['error_description']).toBe(`parameters is invalid : ${field}`);
    expect((await fixture.call('GET', DEVICES)).body['data']).toEqual([]);
  });

  it('take the largest token, and the vendor that the credential has', async () => {
    const token = 'x'.repeat(1_024);
    expect((await put('d1', { credential: 'ios', token, vendor: 'apns' })).status).toBe(200);
  });

  it.each(['GET', 'DELETE'])('that are unknown are told on %s', async (method) => {
    const { status, body } = await fixture.call(method, `${DEVICES}/nosuch`);
    expect(status).toBe(404);
    expect(body['error_description']).toBe('Service resource not found : device nosuch');
  });

  it.each([
    ['GET', ''],
    ['GET', '/d1'],
    ['PUT', '/d1'],
    ['DELETE', '/d1'],
    ['DELETE', '/d1/tokens/ios'],
    ['PUT', '/d1/presence'],
  ])('of an unknown user are told on %s devices%s', async (method, path) => {
    const answer = await fixture.call(method, `/org1/app1/users/ghost/devices${path}`, {
      ...(method === 'PUT' && { body: {} }),
    });
    expect(answer.status).toBe(400);
    expect(answer.body['error']).toBe('required_property_not_found');
  });
});

describe('presence', () => {
  it('is reported with the unread count', async () => {
    await put('d1', { credential: 'ios', token: 'tok1' });
    fixture.clock.advance(1_000);
    const { body } = await putPresence({ state: 'background', unreadCount: 99_999 });
    fixture.clock.advance(-1_000);
    expect(body['data']).toEqual({ ...D1, seenAt: START + 1_000, unreadCount: 99_999 });
  });

  it('keeps the unread count that is not reported', async () => {
    await put('d1', { credential: 'ios', token: 'tok1' });
    await putPresence({ state: 'background', unreadCount: 7 });
    const { body } = await putPresence({ state: 'foreground' });
    expect(body['data']).toMatchObject({ presence: 'foreground', unreadCount: 7 });
  });

  it('is logged out until the device registers again', async () => {
    await put('d1', { credential: 'ios', token: 'tok1' });
    expect(at((await putPresence({ state: 'logged_out' })).body, 'data', 'presence')).toBe('logged_out');
    expect(at((await put('d1', { credential: 'ios', token: 'tok1' })).body, 'data', 'presence')).toBe('background');
  });

  it.each([
    ['state', {}],
    ['state', { state: 'kicked' }],
    ['unreadCount', { state: 'foreground', unreadCount: 1 }],
    ['unreadCount', { state: 'background', unreadCount: 100_000 }],
    ['unreadCount', { state: 'background', unreadCount: -1 }],
    ['unreadCount', { state: 'background', unreadCount: 1.5 }],
    ['since', { state: 'background', since: 1 }],
  ])('is refused for a bad %s', async (field, body) => {
    await put('d1', { credential: 'ios', token: 'tok1' });
    const answer = await putPresence(body);
    expect(answer.status).toBe(400);
    expect(answer.body['error_description']).toBe(`parameters is invalid : ${field}`);
    expect((await fixture.call('GET', `${DEVICES}/d1`)).body['data']).toEqual(D1);
  });

  it('needs a device', async () => {
    expect((await putPresence({ state: 'background' }, 'nosuch')).status).toBe(404);
  });
});

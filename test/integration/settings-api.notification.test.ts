import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { at, START, startFixture, type Answer, type Fixture } from './settings-api.support.ts';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
const UNSET_APP = { type: 'ALL', ignoreInterval: '', ignoreDuration: 0 };
const UNSET_CONVERSATION = { type: 'DEFAULT', ignoreInterval: '', ignoreDuration: 0 };
const QUIET = { type: 'NONE', ignoreInterval: '21:30-08:00', ignoreDuration: DAY_MS };
const QUIET_SHOWN = { ...QUIET, ignoreDuration: START + DAY_MS };

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(async () => {
  await fixture.close();
});

beforeEach(async () => {
  await fixture.call('DELETE', '/org1/app1/users/u1');
  await fixture.call('PUT', '/org1/app1/users/u1');
});

const SELF = 'user/u1';

async function put(conversation: string, body: unknown): Promise<Answer> {
  return await fixture.call('PUT', `/org1/app1/users/u1/notification/${conversation}`, { body });
}

async function get(conversation: string): Promise<unknown> {
  const answer = await fixture.call('GET', `/org1/app1/users/u1/notification/${conversation}`);
  expect(answer.status).toBe(200);
  return answer.body['data'];
}

function expectRefused(answer: Answer, parameter: string): void {
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({
    error: 'illegal_argument',
    error_description: `parameters is invalid : ${parameter}`,
  });
}

describe('mode and do-not-disturb at app level', () => {
  it('case 12: takes mode, interval and duration, and answers with the instant at which the duration ends', async () => {
    const { status, body } = await put(SELF, QUIET);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      action: 'put',
      path: '/users',
      uri: `${fixture.api.url}/org1/app1/users/notification/user/u1`,
      timestamp: START,
      data: QUIET_SHOWN,
    });
  });

  it('case 13: gives the same back, with the same end', async () => {
    await put(SELF, QUIET);
    fixture.clock.advance(1_000);
    expect(await get(SELF)).toEqual(QUIET_SHOWN);
    fixture.clock.advance(-1_000);
  });

  it('case 14: keeps what the body does not name', async () => {
    await put(SELF, QUIET);
    expect((await put(SELF, { type: 'ALL' })).body['data']).toEqual({ ...QUIET_SHOWN, type: 'ALL' });
  });

  it('case 15: ends a running duration with 0', async () => {
    await put(SELF, QUIET);
    expect((await put(SELF, { ignoreDuration: 0 })).body['data']).toEqual({ ...QUIET, ignoreDuration: 0 });
    expect(await get(SELF)).toEqual({ ...QUIET, ignoreDuration: 0 });
  });

  it('case 16: removes the interval with an empty text', async () => {
    await put(SELF, QUIET);
    expect((await put(SELF, { ignoreInterval: '' })).body['data']).toEqual({ ...QUIET_SHOWN, ignoreInterval: '' });
  });

  it.each(['8:5-15:30', '00:00-00:00', '23:59-0:0', '07:00-07:00'])('case 17: takes the interval %s', async (text) => {
    expect((await put(SELF, { ignoreInterval: text })).body['data']).toEqual({ ...UNSET_APP, ignoreInterval: text });
  });

  it.each(['24:00-08:00', '08:60-09:00', '0800-0900', '08:00', '08:00-09:00-10:00', ' ', '-1:00-2:00', 830])(
    'case 18: refuses the interval %j and changes nothing',
    async (ignoreInterval) => {
      await put(SELF, QUIET);
      expectRefused(await put(SELF, { type: 'ALL', ignoreInterval }), 'ignoreInterval');
      expect(await get(SELF)).toEqual(QUIET_SHOWN);
    },
  );

  it.each([WEEK_MS, String(WEEK_MS), '0086400000', 1])('case 19: takes the duration %j', async (ignoreDuration) => {
    const { body } = await put(SELF, { ignoreDuration });
    expect(at(body, 'data', 'ignoreDuration')).toBe(START + Number(ignoreDuration));
  });

  it.each([WEEK_MS + 1, -1, 1.5, '1.5', '-1', 'soon', true, {}, '9'.repeat(15), 9e15])(
    'case 20: refuses the duration %j and changes nothing',
    async (ignoreDuration) => {
      await put(SELF, QUIET);
      expectRefused(await put(SELF, { type: 'ALL', ignoreDuration }), 'ignoreDuration');
      expect(await get(SELF)).toEqual(QUIET_SHOWN);
    },
  );

  it('case 21: refuses DEFAULT, which has nothing to inherit from', async () => {
    await put(SELF, QUIET);
    expectRefused(await put(SELF, { type: 'DEFAULT', ignoreInterval: '' }), 'type');
    expect(await get(SELF)).toEqual(QUIET_SHOWN);
  });

  it.each(['all', 'MENTION', '', 1])('case 22: refuses the mode %j', async (type) => {
    expectRefused(await put(SELF, { type }), 'type');
  });

  it('shows an expired duration as none', async () => {
    await put(SELF, { ignoreDuration: 1_000 });
    fixture.clock.advance(999);
    expect(await get(SELF)).toEqual({ ...UNSET_APP, ignoreDuration: START + 1_000 });
    fixture.clock.advance(1);
    expect(await get(SELF)).toEqual(UNSET_APP);
    fixture.clock.advance(-1_000);
  });

  it('shows what was never set as ALL', async () => {
    expect(await get(SELF)).toEqual(UNSET_APP);
  });
});

describe('mode and do-not-disturb of a conversation', () => {
  it('case 23: takes an interval too, although it has no effect there', async () => {
    const body = { type: 'ALL', ignoreInterval: '21:30-08:00', ignoreDuration: 86_400 };
    const shown = { ...body, ignoreDuration: START + 86_400 };
    expect((await put('user/u2', body)).body['data']).toEqual(shown);
    expect(await get('user/u2')).toEqual(shown);
  });

  it('case 24: takes null for an absent field', async () => {
    await put('user/u2', { ignoreInterval: '1:00-2:00' });
    const answer = await put('user/u2', { type: 'ALL', ignoreInterval: null, ignoreDuration: 0 });
    expect(answer.body['data']).toEqual({ type: 'ALL', ignoreInterval: '1:00-2:00', ignoreDuration: 0 });
  });

  it('case 25: goes back to DEFAULT, and keeps a running duration then', async () => {
    expect((await put('chatgroup/g1', { type: 'NONE', ignoreDuration: DAY_MS })).status).toBe(200);
    expect((await put('chatgroup/g1', { type: 'DEFAULT' })).status).toBe(200);
    expect(await get('chatgroup/g1')).toEqual({ ...UNSET_CONVERSATION, ignoreDuration: START + DAY_MS });
  });

  it.each(['chatroom/r1', 'User/u2', 'mute/x'])('case 26: refuses the chat type of %s', async (conversation) => {
    expectRefused(await put(conversation, { type: 'ALL' }), 'chattype');
    expectRefused(await put('mute/type', { type: 'ALL' }), 'chattype');
    expectRefused(await fixture.call('GET', `/org1/app1/users/u1/notification/${conversation}`), 'chattype');
  });

  it('case 27: ignores query parameters, and leaves them out of the uri', async () => {
    const { status, body } = await put('user/u1?resource=webim_x', { type: 'AT' });
    expect(status).toBe(200);
    expect(body['uri']).toBe(`${fixture.api.url}/org1/app1/users/notification/user/u1`);
  });

  it('case 28: shows what was never set as inherited', async () => {
    expect(await get('chatgroup/g1')).toEqual(UNSET_CONVERSATION);
  });

  it('keeps conversations apart by type and by key', async () => {
    await put('user/x', { type: 'NONE' });
    expect(await get('chatgroup/x')).toEqual(UNSET_CONVERSATION);
    expect(await get('user/y')).toEqual(UNSET_CONVERSATION);
    expect(await get(SELF)).toEqual(UNSET_APP);
  });

  it('takes the group that is named like the user for a conversation', async () => {
    expect((await put('chatgroup/u1', { type: 'DEFAULT' })).status).toBe(200);
    expect(await get('chatgroup/u1')).toEqual(UNSET_CONVERSATION);
  });

  it('takes an empty body for no change', async () => {
    expect((await put('user/u2', {})).body['data']).toEqual(UNSET_CONVERSATION);
    expect((await put(SELF, {})).body['data']).toEqual(UNSET_APP);
  });

  it('refuses a key that cannot be one', async () => {
    expectRefused(await put(`user/${'x'.repeat(129)}`, { type: 'ALL' }), 'key');
    expectRefused(await put('user/%00', { type: 'ALL' }), 'key');
  });
});

describe('preferred language', () => {
  it('case 29: is kept as it is', async () => {
    const answer = await put('language', { translationLanguage: 'EU' });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      data: { language: 'EU' },
      path: '/users',
      uri: `${fixture.api.url}/org1/app1/users/notification/language`,
    });
    const read = await fixture.call('GET', '/org1/app1/users/u1/notification/language');
    expect(read.body).toMatchObject({ action: 'get', data: { language: 'EU' } });
  });

  it('case 30: is removed by an empty text', async () => {
    await put('language', { translationLanguage: 'EU' });
    expect((await put('language', { translationLanguage: '' })).body['data']).toEqual({ language: '' });
  });

  it.each([[{}], [{ translationLanguage: null }], [{ translationLanguage: 'x'.repeat(65) }], [{ language: 'EU' }]])(
    'case 31: refuses %j',
    async (body) => {
      expectRefused(await put('language', body), 'translationLanguage');
    },
  );

  it('is empty before it is set', async () => {
    expect(await get('language')).toEqual({ language: '' });
  });
});

describe('settings of an unknown user', () => {
  it.each([
    ['GET', 'user/ghost'],
    ['PUT', 'user/ghost'],
    ['PUT', 'user/u1'],
    ['GET', 'chatgroup/g1'],
    ['GET', 'language'],
    ['PUT', 'language'],
  ])('case 9: %s %s tells so before it looks at values', async (method, path) => {
    const { status, body } = await fixture.call(method, `/org1/app1/users/ghost/notification/${path}`, {
      ...(method === 'PUT' && { body: { type: 'nonsense' } }),
    });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: 'required_property_not_found',
      error_description: 'Entity user requires a property named username',
    });
  });

  it('are not made by asking for them', async () => {
    await fixture.call('PUT', '/org1/app1/users/ghost/notification/user/ghost', { body: { type: 'NONE' } });
    expect((await fixture.call('GET', '/org1/app1/users/ghost')).status).toBe(404);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { at, START, startFixture, type Answer, type CallOptions, type Fixture } from './settings-api.support.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(async () => {
  await fixture.close();
});

let users = 0;
/** A path of a user that exists and that no other test touches. */
async function freshUser(): Promise<{ name: string; path: string }> {
  users += 1;
  const name = `fresh${users}`;
  const path = `${fixture.app.base}/users/${name}`;
  await fixture.call('PUT', path, { body: {} });
  return { name, path };
}

async function put(path: string, body: unknown, options: CallOptions = {}): Promise<Answer> {
  return await fixture.call('PUT', path, { body, ...options });
}

const CHINESE = '推'.repeat(100);

describe('PUT /users/{username}', () => {
  it('case 1: sets a nickname and answers with the envelope and the user', async () => {
    const { status, body } = await put('/org1/app1/users/u1', { nickname: 'testuser' });
    expect(status).toBe(200);
    expect(body).toEqual({
      action: 'put',
      organization: 'org1',
      application: fixture.app.uuid,
      applicationName: 'app1',
      uri: `${fixture.api.url}/org1/app1/users`,
      path: '/users',
      timestamp: START,
      duration: expect.any(Number),
      entities: [
        {
          uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
          type: 'user',
          created: START,
          modified: START,
          username: 'u1',
          activated: true,
          nickname: 'testuser',
          pushEnabled: true,
          language: '',
        },
      ],
    });
  });

  it.each([
    ['100 Chinese characters', CHINESE],
    ['100 characters outside of the basic plane', '😀'.repeat(100)],
    ['letters, digits and punctuation', 'Ann-9 <a&b> "quoted" \\ \'x\''],
  ])('case 2: takes a nickname of %s and gives it back', async (_case, nickname) => {
    const { path } = await freshUser();
    expect(at((await put(path, { nickname })).body, 'entities', 0, 'nickname')).toBe(nickname);
    expect(at((await fixture.call('GET', path)).body, 'entities', 0, 'nickname')).toBe(nickname);
  });

  it.each([
    ['101 characters', `${CHINESE}推`],
    ['a number', 5],
    ['a NUL', 'a\0b'],
    ['a lone surrogate', 'a\ud800b'],
  ])('case 3: refuses a nickname of %s and keeps the old one', async (_case, nickname) => {
    const { path } = await freshUser();
    await put(path, { nickname: 'old' });
    const { status, body } = await put(path, { nickname, language: 'fr' });
    expect(status).toBe(400);
    expect(body).toEqual({
      error: 'illegal_argument',
      exception: 'java.lang.IllegalArgumentException',
      timestamp: START,
      duration: expect.any(Number),
      error_description: 'parameters is invalid : nickname',
    });
    expect(at((await fixture.call('GET', path)).body, 'entities', 0)).toMatchObject({ nickname: 'old', language: '' });
  });

  it('case 4: takes the display style as text in a body that is sent as a form', async () => {
    const { path } = await freshUser();
    const answer = await fixture.call('PUT', path, {
      raw: '{"notification_display_style":"1"}',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(answer.status).toBe(200);
    expect(at(answer.body, 'entities', 0, 'notification_display_style')).toBe(1);
  });

  it.each([
    [1, 1],
    [0, 0],
    ['0', 0],
    ['1', 1],
  ])('case 5: takes the display style %j', async (style, shown) => {
    const { path } = await freshUser();
    const answer = await put(path, { notification_display_style: style });
    expect(at(answer.body, 'entities', 0, 'notification_display_style')).toBe(shown);
  });

  it.each([[2], ['x'], [true], ['']])('case 6: refuses the display style %j', async (style) => {
    const { path } = await freshUser();
    const { status, body } = await put(path, { notification_display_style: style, nickname: 'new' });
    expect(status).toBe(400);
    expect(body).toMatchObject({ error_description: 'parameters is invalid : notification_display_style' });
    expect(at((await fixture.call('GET', path)).body, 'entities', 0)).not.toHaveProperty('nickname');
  });

  it('case 7: needs no content type', async () => {
    const { path } = await freshUser();
    const answer = await fixture.call('PUT', path, { raw: Buffer.from('{"notification_display_style":"1"}') });
    expect(at(answer.body, 'entities', 0, 'notification_display_style')).toBe(1);
  });

  it('case 8: takes nickname and display style together', async () => {
    const { path } = await freshUser();
    const answer = await put(path, { nickname: 'both', notification_display_style: 1 });
    expect(at(answer.body, 'entities', 0)).toMatchObject({ nickname: 'both', notification_display_style: 1 });
  });

  it('creates a user that there is none of, as there is no other registration', async () => {
    const path = `${fixture.app.base}/users/newcomer`;
    expect((await fixture.call('GET', path)).status).toBe(404);
    expect((await put(path, { nickname: 'New' })).status).toBe(200);
    expect(at((await fixture.call('GET', path)).body, 'entities', 0, 'nickname')).toBe('New');
  });

  it('keeps the creation time and the id, and moves the time of change', async () => {
    const { path } = await freshUser();
    const before = at((await fixture.call('GET', path)).body, 'entities', 0);
    fixture.clock.advance(5_000);
    const after = at((await put(path, { nickname: 'later' })).body, 'entities', 0);
    fixture.clock.advance(-5_000);
    expect(after).toMatchObject({ uuid: at(before, 'uuid'), created: START, modified: START + 5_000 });
  });

  it('takes all its own fields and gives them back', async () => {
    const { path } = await freshUser();
    const own = {
      language: 'zh-Hans',
      timeZone: 'Asia/Shanghai',
      pushEnabled: false,
      activated: false,
      templateName: 'later',
      soundUser: 'ding.caf',
      soundGroup: 'dong.caf',
    };
    expect(at((await put(path, own)).body, 'entities', 0)).toMatchObject(own);
    expect(at((await fixture.call('GET', path)).body, 'entities', 0)).toMatchObject(own);
  });

  it('changes only what the body names', async () => {
    const { path } = await freshUser();
    await put(path, { nickname: 'kept', timeZone: 'Europe/Berlin', pushEnabled: false });
    await put(path, { language: 'fr', nickname: null, notification_display_style: null });
    expect(at((await fixture.call('GET', path)).body, 'entities', 0)).toMatchObject({
      nickname: 'kept',
      timeZone: 'Europe/Berlin',
      pushEnabled: false,
      language: 'fr',
    });
  });

  it('takes fields back', async () => {
    const { path } = await freshUser();
    await put(path, { nickname: 'a', timeZone: 'UTC', templateName: 't', soundUser: 's', language: 'fr' });
    await put(path, { nickname: '', timeZone: null, templateName: null, soundUser: null, language: null });
    const user = at((await fixture.call('GET', path)).body, 'entities', 0);
    expect(Object.keys(user as object)).not.toEqual(expect.arrayContaining(['nickname', 'timeZone', 'soundUser']));
    expect(user).toMatchObject({ language: '' });
  });

  it.each([
    ['timeZone', 'Mars/Olympus'],
    ['timeZone', '+08:00'],
    ['pushEnabled', 'yes'],
    ['activated', 1],
    ['language', 'x'.repeat(65)],
    ['templateName', 5],
    ['soundUser', ''],
  ])('refuses %s = %j by its name', async (field, value) => {
    const { path } = await freshUser();
    const { status, body } = await put(path, { nickname: 'new', [field]: value });
    expect(status).toBe(400);
    expect(body['error_description']).toBe(`parameters is invalid : ${field}`);
    expect(at((await fixture.call('GET', path)).body, 'entities', 0)).not.toHaveProperty('nickname');
  });

  it('ignores fields that it does not know, and query parameters', async () => {
    const { path } = await freshUser();
    const { status, body } = await put(`${path}?resource=webim`, { nickname: 'a', hobby: { chess: true } });
    expect(status).toBe(200);
    expect(body['uri']).toBe(`${fixture.api.url}/org1/app1/users`);
    expect(at(body, 'entities', 0)).not.toHaveProperty('hobby');
  });

  it('takes a request without a body for one without changes', async () => {
    const { path } = await freshUser();
    expect((await fixture.call('PUT', path)).status).toBe(200);
  });

  it.each([
    ['a list', [{ nickname: 'a' }]],
    ['a list of nothing', []],
  ])('refuses %s as a body', async (_case, body) => {
    const { path } = await freshUser();
    const answer = await put(path, body);
    expect(answer.status).toBe(400);
    expect(answer.body['error_description']).toBe('parameters is invalid : body');
  });

  it.each([['%00'], ['a%2Fb'], ['a%0Ab'], ['x'.repeat(129)], ['x'.repeat(5_000)]])(
    'refuses the user name %.20s',
    async (name) => {
      const { status, body } = await put(`${fixture.app.base}/users/${name}`, {});
      expect(status).toBe(400);
      expect(body['error_description']).toBe('parameters is invalid : username');
    },
  );

  it.each(['张三', 'a b', 'a@b.c', '😀'.repeat(64), '%', '..a', '{u}'])(
    'takes the user name %s and keeps it apart from others',
    async (name) => {
      const path = `${fixture.app.base}/users/${encodeURIComponent(name)}`;
      expect(at((await put(path, {})).body, 'entities', 0, 'username')).toBe(name);
      expect(at((await fixture.call('GET', path)).body, 'entities', 0, 'username')).toBe(name);
    },
  );

  it('tells users apart by the case of their names', async () => {
    await put(`${fixture.app.base}/users/Case`, { nickname: 'upper' });
    expect((await fixture.call('GET', `${fixture.app.base}/users/case`)).status).toBe(404);
  });
});

describe('GET /users/{username}', () => {
  it('case 10: tells an unknown user as clients expect it', async () => {
    const { status, body } = await fixture.call('GET', '/org1/app1/users/ghost');
    expect(status).toBe(404);
    expect(body).toMatchObject({
      error: 'service_resource_not_found',
      exception: 'UserNotFoundException',
      error_description: 'Service resource not found',
    });
  });

  it('case 11: shows what was set, and counts one', async () => {
    const { path, name } = await freshUser();
    await put(path, { nickname: 'testuser', notification_display_style: '1' });
    const { status, body } = await fixture.call('GET', path);
    expect(status).toBe(200);
    expect(body).toMatchObject({ action: 'get', path: '/users', count: 1 });
    expect(at(body, 'entities', 0)).toMatchObject({
      username: name,
      nickname: 'testuser',
      notification_display_style: 1,
    });
  });
});

describe('DELETE /users/{username}', () => {
  it('forgets the user with its settings', async () => {
    const { path, name } = await freshUser();
    await put(`${path}/notification/user/${name}`, { type: 'NONE' });
    await put(`${path}/notification/chatgroup/g1`, { type: 'AT' });
    const { status, body } = await fixture.call('DELETE', path);
    expect(status).toBe(200);
    expect(at(body, 'entities', 0, 'username')).toBe(name);
    expect((await fixture.call('GET', path)).status).toBe(404);
    await put(path, {});
    expect(at((await fixture.call('GET', `${path}/notification/user/${name}`)).body, 'data', 'type')).toBe('ALL');
    expect(at((await fixture.call('GET', `${path}/notification/chatgroup/g1`)).body, 'data', 'type')).toBe('DEFAULT');
  });

  it('tells an unknown user', async () => {
    const { status, body } = await fixture.call('DELETE', '/org1/app1/users/ghost');
    expect(status).toBe(404);
    expect(body['exception']).toBe('UserNotFoundException');
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apnsCredential, at, putApnsCredential, startFixture, type Fixture } from './settings-api.support.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
  await fill('/org1/app1', fixture.app.token);
});
afterAll(async () => {
  await fixture.close();
});

/** Puts one of everything into an app. */
async function fill(base: string, token: string): Promise<void> {
  const { call } = fixture;
  await putApnsCredential(fixture, { base, token, id: 0, uuid: '' }, 'ios');
  await call('PUT', `${base}/push/credentials/ios/quota`, { body: { timeZone: 'Asia/Tokyo' }, token });
  await call('PUT', `${base}/users/only`, { body: { nickname: 'Mine' }, token });
  await call('PUT', `${base}/users/only/notification/chatgroup/g1`, { body: { type: 'NONE' }, token });
  await call('PUT', `${base}/users/only/devices/d1`, { body: { credential: 'ios', token: 'tok1' }, token });
  await call('POST', `${base}/notification/template`, {
    body: { name: 't1', title_pattern: 'mine', content_pattern: 'mine' },
    token,
  });
  await call('PUT', `${base}/push/groups/g1`, { body: { members: ['only'] }, token });
  await call('POST', `${base}/push/label`, { body: { name: 'l1', description: 'mine' }, token });
  await call('POST', `${base}/push/label/l1/user`, { body: { usernames: ['only'] }, token });
  await call('POST', `${base}/push/messages`, { body: message('only', 'm1'), token });
}

function message(receiver: string, id: string): Record<string, unknown> {
  return { id, chatType: 'user', sender: { username: 'u1' }, receivers: [receiver], text: 'hi' };
}

const PUSH = { pushMessage: { title: 'stolen' } };

/** Every route of an app, with a body where it takes one. */
const ROUTES: [string, string, unknown][] = [
  ['GET', '/push/credentials', undefined],
  ['PUT', '/push/credentials/ios', apnsCredential()],
  ['GET', '/push/credentials/ios', undefined],
  ['PUT', '/push/credentials/ios/quota', { installedUsers: 7 }],
  ['GET', '/push/credentials/ios/quota', undefined],
  ['GET', '/push/quotas', undefined],
  ['POST', '/push/credentials/ios/check', undefined],
  ['DELETE', '/push/credentials/ios', undefined],
  ['PUT', '/users/only', { nickname: 'Taken' }],
  ['GET', '/users/only', undefined],
  ['DELETE', '/users/only', undefined],
  ['PUT', '/users/only/notification/user/only', { type: 'NONE' }],
  ['GET', '/users/only/notification/user/only', undefined],
  ['PUT', '/users/only/notification/chatgroup/g1', { type: 'ALL' }],
  ['GET', '/users/only/notification/chatgroup/g1', undefined],
  ['PUT', '/users/only/notification/language', { translationLanguage: 'fr' }],
  ['GET', '/users/only/notification/language', undefined],
  ['GET', '/users/only/notification', undefined],
  ['GET', '/users/only/notification/mute/type', undefined],
  ['PUT', '/users/only/notification/template', { templateName: 'stolen' }],
  ['GET', '/users/only/notification/template', undefined],
  ['PUT', '/users/only/push/binding', { device_id: 'd1', notifier_name: 'ios', device_token: 'stolen' }],
  ['GET', '/users/only/push/binding', undefined],
  ['PUT', '/push/nickname', [{ username: 'only', push_nickname: 'Taken' }]],
  ['GET', '/push/features', undefined],
  ['PUT', '/push/features', { advanced: false, confirm: true }],
  ['PUT', '/notification/template/t1', { title_pattern: 'x' }],
  ['POST', '/notification/template', { name: 't1', title_pattern: 'x', content_pattern: 'x' }],
  ['GET', '/notification/template/t1', undefined],
  ['DELETE', '/notification/template/t1', undefined],
  ['GET', '/users/only/devices', undefined],
  ['PUT', '/users/only/devices/d1', { credential: 'ios', token: 'stolen' }],
  ['GET', '/users/only/devices/d1', undefined],
  ['DELETE', '/users/only/devices/d1', undefined],
  ['DELETE', '/users/only/devices/d1/tokens/ios', undefined],
  ['PUT', '/users/only/devices/d1/presence', { state: 'logged_out' }],
  ['POST', '/token', { grant_type: 'inherit', username: 'only' }],
  ['POST', '/push/messages', message('only', 'm1')],
  ['POST', '/push/messages/dry-run', message('only', 'm2')],
  ['GET', '/push/messages/m1', undefined],
  ['POST', '/messages/users', { to: ['only'], type: 'txt', body: { msg: 'hi' } }],
  ['POST', '/messages/chatgroups', { to: ['g1'], type: 'txt', body: { msg: 'hi' } }],
  ['PUT', '/push/groups/g1', { members: ['stolen'] }],
  ['GET', '/push/groups/g1', undefined],
  ['DELETE', '/push/groups/g1', undefined],
  ['POST', '/push/sync/only', PUSH],
  ['POST', '/push/async/only', PUSH],
  ['POST', '/push/single', { ...PUSH, targets: ['only'] }],
  ['POST', '/push/list', { ...PUSH, targets: ['only'] }],
  ['POST', '/push/list/label', { ...PUSH, targets: ['l1'] }],
  ['POST', '/push/task', PUSH],
  ['GET', '/push/label', undefined],
  ['POST', '/push/label', { name: 'l2' }],
  ['GET', '/push/label/l1', undefined],
  ['GET', '/push/label/l1/user', undefined],
  ['POST', '/push/label/l1/user', { usernames: ['u1'] }],
  ['GET', '/push/label/l1/user/only', undefined],
  ['DELETE', '/push/label/l1/user', { usernames: ['only'] }],
  ['DELETE', '/push/label/l1', undefined],
  ['GET', '/push/data/offline-push/begin/2023-11-13/end/2023-11-14', undefined],
  ['GET', '/notifiers', undefined],
];

async function snapshot(): Promise<string[]> {
  const { call } = fixture;
  const paths = ROUTES.filter(([method]) => method === 'GET').map(([, path]) => path);
  const answers = await Promise.all(paths.map(async (path) => await call('GET', `/org1/app1${path}`)));
  return answers.map(({ status, body }) => JSON.stringify([status, body['data'] ?? body['entities']]));
}

describe('an app', () => {
  it('is on the list with every route of the document', async () => {
    const { body } = await fixture.call('GET', '/docs-json');
    const paths = body['paths'] as Record<string, Record<string, unknown>>;
    const documented = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const patterns = documented.map((route) => new RegExp(`^${route.replace(/\{\w+\}/g, '[^/]+')}$`));
    const uncovered = patterns.filter((pattern) => !ROUTES.some(([m, p]) => pattern.test(`${m} /org1/app1${p}`)));
    expect(uncovered).toEqual([]);
  });

  it.each(ROUTES)("does not let another app's token %s %s", async (method, path, body) => {
    const before = await snapshot();
    const answer = await fixture.call(method, `/org1/app1${path}`, { body, token: fixture.other.token });
    expect(answer.status).toBe(401);
    expect(answer.body['error_description']).toBe('Unable to authenticate (OAuth)');
    expect(await snapshot()).toEqual(before);
  });

  it.each(ROUTES)('shows and changes nothing of its own when another app does %s %s', async (method, path, body) => {
    const stranger = await fixture.createApp(
      'stranger',
      `app${ROUTES.findIndex(([m, p]) => m === method && p === path)}`,
    );
    const before = await snapshot();
    const answer = await fixture.call(method, stranger.base + path, { body, token: stranger.token });
    expect(answer.text).not.toMatch(/Mine|mine|tok1|"d1"|Tokyo/);
    expect(await snapshot()).toEqual(before);
  });

  it('has its own users, templates, credentials and message ids beside equal ones', async () => {
    const twin = await fixture.createApp('twins', 'app1');
    await fill(twin.base, twin.token);
    for (const [method, path] of [
      ['DELETE', '/users/only'],
      ['DELETE', '/notification/template/t1'],
      ['DELETE', '/push/credentials/ios'],
    ] as const) {
      expect((await fixture.call(method, twin.base + path, { token: twin.token })).status).toBe(200);
    }
    const device = await fixture.call('GET', '/org1/app1/users/only/devices/d1');
    expect(at(device.body, 'data', 'tokens', 0)).toMatchObject({ token: 'tok1', vendor: 'apns' });
    expect((await fixture.call('GET', '/org1/app1/notification/template/t1')).status).toBe(200);
  });

  it('does not give a token away when another app registers the same one', async () => {
    const twin = await fixture.createApp('twins', 'app2');
    await fill(twin.base, twin.token);
    const device = await fixture.call('GET', '/org1/app1/users/only/devices/d1');
    expect(at(device.body, 'data', 'tokens')).toHaveLength(1);
  });
});

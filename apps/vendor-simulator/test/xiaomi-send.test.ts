import type { ClientHttp2Session } from 'node:http2';
import { Agent, request as httpsRequest } from 'node:https';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Simulator, SimulatorOptions } from '../src/index.ts';
import {
  type HttpAnswer,
  START_MS,
  type TestClock,
  answerOf,
  control,
  jsonOf,
  openSession,
  post,
  startTestSimulator,
} from './harness.ts';
import {
  APP_ID,
  PACKAGE,
  PRIVATE,
  PUBLIC,
  SECRET,
  codeOf,
  dataOf,
  formOf,
  letterTo,
  postForm,
  registerApp,
  sendLetters,
  sendRegids,
} from './xiaomi-harness.ts';

const DAY_MS = 86_400_000;

let simulator: Simulator & { clock: TestClock };
let session: ClientHttp2Session;

async function start(options: Omit<SimulatorOptions, 'now'> = {}, app: Record<string, unknown> = {}): Promise<void> {
  simulator = await startTestSimulator(options);
  registerApp(simulator, app);
  session = await openSession(simulator.urls.xiaomi, simulator.caPem);
}

async function restart(options: Omit<SimulatorOptions, 'now'>, app?: Record<string, unknown>): Promise<void> {
  await stop();
  await start(options, app);
}

async function stop(): Promise<void> {
  session.destroy();
  await simulator.close();
}

beforeEach(async () => await start());
afterEach(stop);

async function codeWith(fields: Record<string, string | undefined>): Promise<number> {
  return codeOf(await sendRegids(session, fields));
}

async function codeOfLetter(message: Record<string, unknown>, extra: Record<string, unknown> = {}): Promise<number> {
  return codeOf(await sendLetters(session, [letterTo('tokA', message, extra)]));
}

function shown(token: string) {
  const { records, vendors } = simulator.state;
  return records.list({ vendor: 'xiaomi', token }).map(({ state, push }) => ({
    state,
    id: push.id,
    ...vendors.xiaomi.present(push),
  }));
}

const EXAMPLE =
  'registration_id=tokA%2CtokB&restricted_package_name=org.example.chat&pass_through=0&title=Ann' +
  '&description=See+you+at+7%3F&payload=%7B%22conv%22%3A%22c42%22%7D&notify_type=-1&notify_id=1042' +
  '&time_to_live=86400000&extra.channel_id=chat_private&extra.notify_foreground=0' +
  '&extra.callback=http%3A%2F%2F127.0.0.1%3A1%2Frcpt&extra.callback.param=m-7f3a&extra.callback.type=1171';

describe('one body to many registration ids', () => {
  it.each(['/v2/message/regid', '/v3/message/regid', '/v4/message/regid'])('is taken at %s', async (path) => {
    const answer = await postForm(session, path, EXAMPLE);
    expect(answer.status).toBe(200);
    expect(jsonOf(answer)).toEqual({
      result: 'ok',
      trace_id: expect.stringMatching(/^Xdm\d+$/),
      code: 0,
      data: { id: expect.stringMatching(/^sdm\d{17}[A-Za-z]{2}$/), day_quota: '20000', day_acked: '2' },
      description: '成功',
      info: 'Received push messages for 2 REGID',
    });
    expect(simulator.state.counters.of('xiaomi')).toMatchObject({ accepted: 2, calls: { regid: 1 } });
  });

  it('is shown on each device under the one message id', async () => {
    const { id } = dataOf(await postForm(session, '/v3/message/regid', EXAMPLE));
    const push = { state: 'shown', id, title: 'Ann', body: 'See you at 7?', data: { conv: 'c42' }, warnings: [] };
    expect([shown('tokA'), shown('tokB')]).toEqual([[expect.objectContaining(push)], [expect.objectContaining(push)]]);
  });

  it('lists invalid targets and takes the others', async () => {
    await control(simulator, 'POST', '/tokens/xiaomi/tokB/kill');
    const answer = await sendRegids(session, { registration_id: 'tokA,tokB,no blank,tokC' });
    expect([codeOf(answer), dataOf(answer)['bad_regids']]).toEqual([0, 'tokB,no blank']);
    expect(simulator.state.records.list().map(({ push }) => push.token)).toEqual(['tokA', 'tokC']);
  });

  it.each<[string, number]>([
    ['bad_regids', 20_301],
    ['10029', 10_029],
    ['65003', 65_003],
  ])('fails when all targets are dead as %s', async (reason, code) => {
    for (const token of ['tokA', 'tokB']) {
      await control(simulator, 'POST', `/tokens/xiaomi/${token}/kill`, { reason });
    }
    expect(await codeWith({ registration_id: 'tokA,tokB' })).toBe(code);
    expect(simulator.state.records.size).toBe(0);
  });

  it('fails with the usual code when targets are dead in different ways', async () => {
    await control(simulator, 'POST', '/tokens/xiaomi/tokA/kill', { reason: '10029' });
    await control(simulator, 'POST', '/tokens/xiaomi/tokB/kill', { reason: '65003' });
    expect(await codeWith({ registration_id: 'tokA,tokB' })).toBe(20_301);
  });

  it('takes a token that lives again', async () => {
    await control(simulator, 'POST', '/tokens/xiaomi/tokA/kill');
    expect(await codeWith({})).toBe(20_301);
    await control(simulator, 'POST', '/tokens/xiaomi/tokA/revive');
    expect(await codeWith({})).toBe(0);
  });

  it('does not reach a token of another app', async () => {
    simulator.state.vendors.xiaomi.registerToken('tokA', { appId: 'other' });
    expect(await codeWith({})).toBe(20_301);
  });

  it('reaches only registered tokens when none is registered by itself', async () => {
    await restart({ autoRegister: false });
    expect(await codeWith({})).toBe(20_301);
    await control(simulator, 'PUT', '/tokens/xiaomi/tokA', { appId: APP_ID });
    expect(await codeWith({})).toBe(0);
  });

  it('may have a thousand targets and no more', async () => {
    const tokens = Array.from({ length: 1001 }, (_, index) => `tok${index}`);
    expect(await codeWith({ registration_id: tokens.slice(1).join(',') })).toBe(0);
    expect(await codeWith({ registration_id: tokens.join(',') })).toBe(10_018);
    expect(simulator.state.counters.of('xiaomi').accepted).toBe(1000);
  });

  it('comes once to a target that is named twice', async () => {
    expect(await codeWith({ registration_id: 'tokA,tokA' })).toBe(0);
    expect(simulator.state.records.size).toBe(1);
  });

  it('may come over HTTP/1.1', async () => {
    const agent = new Agent({ ca: simulator.caPem, keepAlive: true });
    const headers = { authorization: `key=${SECRET}`, 'content-type': 'application/x-www-form-urlencoded' };
    const text = await new Promise<string>((resolve, reject) => {
      const url = `${simulator.urls.xiaomi}/v3/message/regid`;
      const request = httpsRequest(url, { method: 'POST', agent, headers }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
        response.on('end', () => resolve(body));
      });
      request.on('error', reject);
      request.end(EXAMPLE);
    });
    agent.destroy();
    expect(JSON.parse(text)).toMatchObject({ code: 0 });
  });
});

describe('a request', () => {
  it.each(['', 'demoAppSecret', 'key= demoAppSecret', 'KEY=demoAppSecret', 'key=other', 'Bearer demoAppSecret'])(
    'with the authorization %j is not signed in',
    async (authorization) => {
      const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
      const answer = await post(session, '/v3/message/regid', headers, EXAMPLE);
      expect([answer.status, jsonOf(answer)]).toEqual([
        200,
        {
          result: 'error',
          code: 21_301,
          reason: 'Invalid application secret.',
          trace_id: expect.any(String),
          description: '认证失败',
        },
      ]);
    },
  );

  it('of an app that was removed is not signed in', async () => {
    await control(simulator, 'DELETE', `/vendors/xiaomi/apps/${APP_ID}`);
    expect(await codeWith({})).toBe(21_301);
  });

  it('of a blacklisted app is refused', async () => {
    registerApp(simulator, { blacklisted: true });
    expect(await codeWith({})).toBe(10_031);
  });

  it.each([
    ['/v3/message/alias', 10_020],
    ['/v1/message/regid', 10_020],
    ['/v1/trace/quota/get', 10_021],
    ['/toString', 10_020],
  ])('to POST %s is answered with %d', async (path, code) => {
    expect(codeOf(await postForm(session, path, EXAMPLE))).toBe(code);
  });

  it.each<[string, string, string | Buffer]>([
    ['is JSON', 'application/json', '{}'],
    ['is not UTF-8', 'application/x-www-form-urlencoded', Buffer.from([0x74, 0x3d, 0xff])],
    ['has a field twice', 'application/x-www-form-urlencoded', `${EXAMPLE}&title=Bob`],
  ])('whose body %s is illegal', async (_, contentType, body) => {
    const headers = { authorization: `key=${SECRET}`, 'content-type': contentType };
    expect(codeOf(await post(session, '/v3/message/regid', headers, body))).toBe(10_012);
  });
});

describe('a field', () => {
  it.each<[string, Record<string, string | undefined>]>([
    ['a title of 49 characters', { title: 'x'.repeat(49) }],
    ['a description of 127 characters', { description: '界'.repeat(127) }],
    ['a payload of 4096 bytes', { payload: 'x'.repeat(4096) }],
    ['a data message without texts', { pass_through: '1', title: undefined, description: undefined }],
    ['no pass_through', { pass_through: undefined }],
    ['silent', { notify_type: '0' }],
    ['all ways of notice', { notify_type: '7' }],
    ['the largest notify_id', { notify_id: '2147483647' }],
    ['ten days of a private message', { time_to_live: String(10 * DAY_MS) }],
    ['a day of a public message', { 'extra.channel_id': PUBLIC, time_to_live: String(DAY_MS) }],
    ['seven days ahead', { time_to_send: String(START_MS + 7 * DAY_MS) }],
    ['the whole of a job key', { 'extra.jobkey': '-_aZ09aaaaaaaaaaaaaa' }],
    ['an intent', { 'extra.notify_effect': '2', 'extra.intent_uri': 'intent:#Intent;end' }],
    ['a web page', { 'extra.notify_effect': '3', 'extra.web_uri': 'https://example.org' }],
    ['all callback types', { 'extra.callback': 'http://127.0.0.1:1/', 'extra.callback.type': '1267' }],
    ['a callback param of 64 bytes', { 'extra.callback.param': 'x'.repeat(64) }],
    ['a pair of 1024 characters', { 'extra.k': 'x'.repeat(1023) }],
    ['a button', { 'extra.notification_style_button_left_name': 'Reply' }],
    ['an unknown field', { colour: 'red' }],
  ])('may be %s', async (_, fields) => {
    expect(await codeWith(fields)).toBe(0);
  });

  it.each<[string, number, Record<string, string | undefined>]>([
    ['no title', 10_016, { title: undefined }],
    ['an empty description', 10_016, { description: '' }],
    ['a blank title', 100, { title: ' 　 ' }],
    ['a title of 50 characters', 65_009, { title: 'x'.repeat(50) }],
    ['a title of 25 emoji, which are 50 units', 65_009, { title: '👋'.repeat(25) }],
    ['a description of 128 characters', 65_009, { description: 'x'.repeat(128) }],
    ['a payload of 4097 bytes', 65_009, { payload: `${'界'.repeat(1365)}xx` }],
    ['no targets', 10_016, { registration_id: undefined }],
    ['an empty target', 10_017, { registration_id: 'tokA,,tokB' }],
    ['another pass_through', 10_017, { pass_through: '2' }],
    ['a word as pass_through', 10_017, { pass_through: 'true' }],
    ['another notify_type', 10_017, { notify_type: '8' }],
    ['a negative notify_id', 22_103, { notify_id: '-1' }],
    ['a notify_id beyond 31 bits', 22_103, { notify_id: '2147483648' }],
    ['a word as notify_id', 22_103, { notify_id: 'c42' }],
    ['a fraction as time_to_live', 10_017, { time_to_live: '1.5' }],
    ['a negative time_to_live', 10_017, { time_to_live: '-1' }],
    ['more than ten days of a private message', 10_017, { time_to_live: String(10 * DAY_MS + 1) }],
    ['more than a day of a public message', 10_017, { 'extra.channel_id': PUBLIC, time_to_live: String(DAY_MS + 1) }],
    ['more than seven days ahead', 10_017, { time_to_send: String(START_MS + 7 * DAY_MS + 1) }],
    ['no package', 10_016, { restricted_package_name: undefined }],
    ['another package', 22_022, { restricted_package_name: 'org.example.other' }],
    ['one wrong package among good ones', 22_022, { restricted_package_name: `${PACKAGE},org.example.other` }],
    ['no channel', 27_001, { 'extra.channel_id': undefined }],
    ['an unknown channel', 27_001, { 'extra.channel_id': 'nope' }],
    ['a job key of 21 characters', 10_017, { 'extra.jobkey': 'x'.repeat(21) }],
    ['a job key that begins with _', 10_017, { 'extra.jobkey': '_a' }],
    ['a job key with a dot', 10_017, { 'extra.jobkey': 'a.b' }],
    ['another notify_effect', 10_017, { 'extra.notify_effect': '4' }],
    ['an activity without its intent', 10_016, { 'extra.notify_effect': '2' }],
    ['a web page without its address', 10_016, { 'extra.notify_effect': '3' }],
    ['another notify_foreground', 10_017, { 'extra.notify_foreground': 'yes' }],
    ['a callback that is no URL', 65_038, { 'extra.callback': 'push.example.org' }],
    ['a callback that is not http', 65_038, { 'extra.callback': 'ftp://push.example.org' }],
    ['a callback param of 65 bytes', 65_036, { 'extra.callback.param': `${'界'.repeat(21)}xx` }],
    ['a callback type that section 7 lacks', 10_017, { 'extra.callback.type': '4' }],
    ['a word as callback type', 10_017, { 'extra.callback.type': 'all' }],
    ['a pair of 1025 characters', 65_015, { 'extra.k': 'x'.repeat(1024) }],
    ['a badge that is no number', 10_017, { 'extra.badge': '+1' }],
  ])('may not be %s', async (_, code, fields) => {
    expect(await codeWith(fields)).toBe(code);
    expect(simulator.state.counters.of('xiaomi').refused).toEqual({ [code]: 1 });
  });

  it("of the app's own may come ten times and not eleven", async () => {
    const extras = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`extra.k${index}`, 'v']));
    expect(await codeWith(extras(10))).toBe(0);
    expect(await codeWith(extras(11))).toBe(65_014);
  });

  it('for packages takes one name in v2 and a list in v3', async () => {
    registerApp(simulator, { packageNames: [PACKAGE, 'org.example.lite'] });
    const form = formOf({ restricted_package_name: `${PACKAGE},org.example.lite` });
    expect(codeOf(await postForm(session, '/v2/message/regid', form))).toBe(22_022);
    expect(codeOf(await postForm(session, '/v3/message/regid', form))).toBe(0);
  });

  it('that a device may ignore is named in a warning', async () => {
    await sendRegids(session, {
      payload: '%7B%22conv%22%3A1%7D',
      colour: 'red',
      'extra.badge': '3',
      'extra.sound_uri': 'android.resource://org.example.chat/raw/ding',
      'extra.notification_bigPic_uri': 'https://cdn.example/1.png',
      'extra.k': 'v',
    });
    expect(shown('tokA')).toEqual([
      expect.objectContaining({
        badge: 3,
        sound: 'android.resource://org.example.chat/raw/ding',
        image: 'https://cdn.example/1.png',
        data: { payload: '%7B%22conv%22%3A1%7D', k: 'v' },
        warnings: [
          'colour is unknown and ignored',
          'payload is percent-encoded twice',
          'extra.badge may have no effect on Android',
          'extra.sound_uri: on Android 8 and later the channel decides',
          'extra.notification_bigPic_uri may not be shown',
        ],
      }),
    ]);
  });
});

describe('a channel', () => {
  it('that is not approved yet cannot be used', async () => {
    registerApp(simulator, { channels: [{ id: PRIVATE, class: 'private', approved: false }] });
    expect(await codeWith({})).toBe(27_001);
  });

  it('may be left out by an older app', async () => {
    registerApp(simulator, { channelRequired: false });
    expect(await codeWith({ 'extra.channel_id': undefined })).toBe(0);
    expect(await codeWith({ 'extra.channel_id': 'nope' })).toBe(27_001);
  });
});

describe('a template', () => {
  const template = { 'extra.template_id': 'T1', 'extra.template_param': '{"name":"Ann","text":"See you"}' };
  const withTemplates = { templates: [{ id: 'T1', parameters: ['name', 'text'] }] };

  beforeEach(() => registerApp(simulator, withTemplates));

  it('is filled in with good values', async () => {
    const text = JSON.stringify({ text: 'x'.repeat(128), name: '安' });
    expect([await codeWith(template), await codeWith({ ...template, 'extra.template_param': text })]).toEqual([0, 0]);
    expect(await codeOfLetter({}, { template_id: 'T1', template_param: text })).toBe(0);
  });

  it.each<[string, number, Record<string, string | undefined>]>([
    ['no template', 27_001, { 'extra.template_id': undefined, 'extra.template_param': undefined }],
    ['parameters alone', 27_001, { 'extra.template_id': undefined }],
    ['another template', 27_001, { 'extra.template_id': 'T2' }],
    ['the public class', 27_001, { 'extra.channel_id': PUBLIC }],
    ['no parameters', 10_016, { 'extra.template_param': undefined }],
    ['parameters that are no JSON', 65_030, { 'extra.template_param': 'Ann' }],
    ['parameters in a list', 65_030, { 'extra.template_param': '["Ann","See you"]' }],
    ['a parameter too few', 10_017, { 'extra.template_param': '{"name":"Ann"}' }],
    ['a parameter too many', 10_017, { 'extra.template_param': '{"name":"Ann","text":"x","more":"y"}' }],
    ['another parameter', 10_017, { 'extra.template_param': '{"name":"Ann","body":"x"}' }],
    ['a number', 10_017, { 'extra.template_param': '{"name":"Ann","text":7}' }],
    ['an empty value', 10_017, { 'extra.template_param': '{"name":"","text":"x"}' }],
    ['blanks', 10_017, { 'extra.template_param': '{"name":"Ann","text":"  "}' }],
    ['129 characters', 10_017, { 'extra.template_param': JSON.stringify({ name: 'Ann', text: 'x'.repeat(129) }) }],
    ['an emoji', 10_017, { 'extra.template_param': '{"name":"Ann","text":"Hi 👋"}' }],
    ['a code point that means nothing', 10_017, { 'extra.template_param': '{"name":"Ann","text":"\u0378"}' }],
  ])('is refused with %s', async (_, code, fields) => {
    expect(await codeWith({ ...template, ...fields })).toBe(code);
  });

  it('is needed once the app has one, or as the app is set', async () => {
    expect(await codeWith({ 'extra.channel_id': PUBLIC })).toBe(0);
    registerApp(simulator, { ...withTemplates, templatesRequired: false });
    expect(await codeWith({})).toBe(0);
    registerApp(simulator, { templatesRequired: true });
    expect(await codeWith({})).toBe(27_001);
  });
});

describe('a body of its own for each registration id', () => {
  it('is shown on its device, all under one message id', async () => {
    const answer = await sendLetters(session, [
      letterTo('tokA', { payload: '{"conv":"c42"}', notify_id: 1042 }),
      letterTo('tokB', { title: 'Bob', time_to_live: 86_400_000, notify_type: -1 }),
    ]);
    const { id } = dataOf(answer);
    expect(dataOf(answer)).toEqual({ id: expect.any(String), day_quota: '20000', day_acked: '2' });
    expect([shown('tokA'), shown('tokB')]).toEqual([
      [expect.objectContaining({ id, title: 'Ann', data: { conv: 'c42' }, warnings: [] })],
      [expect.objectContaining({ id, title: 'Bob', warnings: [] })],
    ]);
    expect(simulator.state.counters.of('xiaomi').calls).toEqual({ multi_messages: 1 });
  });

  it('lists invalid targets, and fails when all are', async () => {
    await control(simulator, 'POST', '/tokens/xiaomi/tokB/kill');
    const answer = await sendLetters(session, [letterTo('tokA'), letterTo('tokB')]);
    expect([codeOf(answer), dataOf(answer)['bad_regids']]).toEqual([0, 'tokB']);
    expect(codeOf(await sendLetters(session, [letterTo('tokB')]))).toBe(20_301);
  });

  it('may come for a thousand targets and no more', async () => {
    const letters = Array.from({ length: 1001 }, (_, index) => letterTo(`tok${index}`));
    expect(codeOf(await sendLetters(session, letters.slice(1)))).toBe(0);
    expect(codeOf(await sendLetters(session, letters))).toBe(10_018);
  });

  it.each<[string, number, unknown]>([
    ['no JSON', 65_030, '[{'],
    ['no list', 65_030, {}],
    ['an empty list', 10_016, []],
    ['a message without a target', 10_016, [{ message: {} }]],
    ['a target without a message', 10_016, [{ target: 'tokA' }]],
    ['a target that is a list', 10_017, [{ ...letterTo(''), target: ['tokA'] }]],
    ['a message that is a text', 10_017, [{ target: 'tokA', message: 'hi' }]],
  ])('is refused for %s', async (_, code, letters) => {
    expect(codeOf(await sendLetters(session, letters))).toBe(code);
  });

  it.each<[string, number, Record<string, unknown>, Record<string, unknown>]>([
    ['a number in a text', 10_017, { pass_through: '0' }, {}],
    ['a text for a number', 10_017, { title: 7 }, {}],
    ['a fraction', 10_017, { notify_id: 1.5 }, {}],
    ['an extra that is a number', 10_017, {}, { badge: 3 }],
    ['no title', 10_016, { title: undefined }, {}],
    ['a long title', 65_009, { title: 'x'.repeat(50) }, {}],
    ['another package', 22_022, { restricted_package_name: 'org.example.other' }, {}],
    ['an unknown channel', 27_001, {}, { channel_id: 'nope' }],
  ])('is refused whole when one message has %s', async (_, code, message, extra) => {
    const answer = await sendLetters(session, [letterTo('tokB'), letterTo('tokA', message, extra)]);
    expect(codeOf(answer)).toBe(code);
    expect(simulator.state.records.size).toBe(0);
  });

  it('needs the field messages', async () => {
    expect(codeOf(await postForm(session, '/v2/multi_messages/regids', { time_to_send: '0' }))).toBe(10_016);
  });
});

describe('what a device shows', () => {
  const states = (token: string) => shown(token).map(({ state }) => state);

  it('is the last of a notify_id', async () => {
    await sendRegids(session, { notify_id: '7' });
    await sendRegids(session, { notify_id: '8' });
    await sendRegids(session, { notify_id: '7' });
    expect(states('tokA')).toEqual(['replaced', 'shown', 'shown']);
  });

  it('is the first of a job key, on each device', async () => {
    await sendRegids(session, { 'extra.jobkey': 'm1' });
    await sendRegids(session, { 'extra.jobkey': 'm1', registration_id: 'tokA,tokB' });
    expect([states('tokA'), states('tokB')]).toEqual([['shown', 'silent'], ['shown']]);
  });

  it('may be an old job key again once it has seen too many', async () => {
    await restart({ limits: { xiaomi: { rememberedJobKeys: 1 } } });
    for (const key of ['m1', 'm2', 'm1']) await sendRegids(session, { 'extra.jobkey': key });
    expect(states('tokA')).toEqual(['shown', 'shown', 'shown']);
  });

  it('is nothing of a data message', async () => {
    await sendRegids(session, { pass_through: '1' });
    expect(states('tokA')).toEqual(['silent']);
  });

  it('is nothing while push is switched off, or the token is dead without the cloud saying so', async () => {
    await control(simulator, 'PUT', '/tokens/xiaomi/tokA', { appId: APP_ID, pushOff: true });
    await control(simulator, 'POST', '/tokens/xiaomi/tokB/kill', { reason: '16' });
    expect(await codeWith({ registration_id: 'tokA,tokB' })).toBe(0);
    expect([states('tokA'), states('tokB')]).toEqual([['silent'], ['silent']]);
  });
});

describe('the rate of requests', () => {
  it('is limited per second, whatever number of targets they have', async () => {
    await restart({ limits: { xiaomi: { requestsPerSecond: [{ devicesFrom: 0, requests: 2 }] } } });
    const codes = [];
    for (let call = 0; call < 3; call += 1) codes.push(await codeWith({ registration_id: 'tokA,tokB' }));
    simulator.clock.ms += 1000;
    codes.push(await codeWith({}));
    expect(codes).toEqual([0, 0, 200_002, 0]);
  });

  it('goes by the size of the app', async () => {
    const requestsPerSecond = [
      { devicesFrom: 100_000, requests: 2 },
      { devicesFrom: 0, requests: 1 },
    ];
    await restart({ limits: { xiaomi: { requestsPerSecond } } }, { enabledInstalls: 100_000 });
    expect([await codeWith({}), await codeWith({}), await codeWith({})]).toEqual([0, 0, 200_002]);
  });
});

describe('the daily quota', () => {
  const publicly = { 'extra.channel_id': PUBLIC };
  const small = { leastInstalls: 1 };

  it.each<[string, Record<string, unknown>, string]>([
    ['of a small app', { enabledInstalls: 5 }, '20000'],
    ['of a larger app', { enabledInstalls: 15_000 }, '30000'],
    ['with a news licence', { newsLicence: true }, '30000'],
    ['of an app that is often closed', { oftenClosed: true }, '15000'],
    ['of both', { newsLicence: true, oftenClosed: true }, '25000'],
  ])('%s is a multiple of its installs', async (_, app, quota) => {
    registerApp(simulator, app);
    expect(dataOf(await sendRegids(session, publicly))).toMatchObject({ day_quota: quota, day_acked: '1' });
  });

  it('of the public class ends with 200001 and comes back at midnight in Shanghai', async () => {
    await restart({ limits: { xiaomi: small } }, { enabledInstalls: 1 });
    expect(await codeWith({ ...publicly, registration_id: 'tokA,tokB' })).toBe(0);
    const answer = await sendRegids(session, publicly);
    expect([codeOf(answer), jsonOf(answer)['reason']]).toEqual([200_001, 'Daily quota exceeded: quota 2, acked 2.']);
    expect(await codeWith({})).toBe(0);
    simulator.clock.ms = Date.UTC(2026, 4, 4, 16) - 1;
    expect(await codeWith(publicly)).toBe(200_001);
    simulator.clock.ms += 1;
    expect(await codeWith(publicly)).toBe(0);
  });

  it('of a channel may be set', async () => {
    registerApp(simulator, { channels: [{ id: PRIVATE, class: 'private', dailyQuota: 1 }] });
    expect([await codeWith({}), await codeWith({})]).toEqual([0, 200_001]);
  });

  it('of single bodies is told in a good answer, by channel', async () => {
    await restart({ limits: { xiaomi: small } }, { enabledInstalls: 1, channelRequired: false });
    const letters = ['tokA', 'tokB', 'tokC'].flatMap((token) => [
      letterTo(token, {}, { channel_id: PUBLIC }),
      { ...letterTo(token), message: { ...letterTo(token).message, extra: {} } },
    ]);
    const answer = await sendLetters(session, [...letters, letterTo('tokC')]);
    expect([codeOf(answer), dataOf(answer)['channel_exceed_quota']]).toEqual([0, 'no_channel:2 news_public:1']);
    expect(simulator.state.counters.of('xiaomi').accepted).toBe(4);
  });

  it.each<[string, Record<string, unknown>, Record<string, string | undefined>, number]>([
    ['public', {}, publicly, 5],
    ['public, licensed', { newsLicence: true }, publicly, 8],
    ['public, often closed', { oftenClosed: true }, publicly, 3],
    ['default', { channelRequired: false }, { 'extra.channel_id': undefined }, 1],
    ['set by the channel', { channels: [{ id: PUBLIC, class: 'public', devicePerDay: 2 }] }, publicly, 2],
  ])('of a device is taken and not shown beyond its number: %s', async (_, app, fields, number) => {
    registerApp(simulator, app);
    for (let sent = 0; sent <= number; sent += 1) expect(await codeWith(fields)).toBe(0);
    expect(shown('tokA').map(({ state }) => state)).toEqual([
      ...Array.from({ length: number }, () => 'shown'),
      'silent',
    ]);
  });

  it('can be asked for once per second', async () => {
    const query = async (secret = SECRET): Promise<HttpAnswer> => {
      const headers = { ':method': 'GET', ':path': '/v1/trace/quota/get', authorization: `key=${secret}` };
      return await answerOf(session.request(headers));
    };
    await sendRegids(session, { registration_id: 'tokA,tokB' });
    expect(dataOf(await query())).toEqual({ day_quota: '20000', day_acked: '2' });
    expect(codeOf(await query())).toBe(10_039);
    expect(codeOf(await query('other'))).toBe(21_301);
    simulator.clock.ms += 1000;
    expect(codeOf(await query())).toBe(0);
  });
});

describe('a fault', () => {
  it.each<[object, number, number]>([
    [{ kind: 'status', status: 200, reason: '10001' }, 200, 10_001],
    [{ kind: 'status', status: 500, reason: '-1' }, 500, -1],
    [{ kind: 'throttle', perSecond: 0 }, 200, 200_002],
  ])('%j is answered in the envelope', async (fault, status, code) => {
    await control(simulator, 'PUT', '/faults/xiaomi', [fault]);
    const answer = await sendRegids(session);
    expect([answer.status, codeOf(answer)]).toEqual([status, code]);
  });

  it("without a code is a gateway's", async () => {
    await control(simulator, 'PUT', '/faults/xiaomi', [{ kind: 'status', status: 502, retryAfter: 3 }]);
    const answer = await sendRegids(session);
    expect([answer.status, answer.headers['retry-after'], answer.text.startsWith('<')]).toEqual([502, '3', true]);
  });

  it.each([
    [{ tokens: ['tokB'] }, 0, 10_001],
    [{ credentials: [APP_ID] }, 10_001, 10_001],
    [{ credentials: [SECRET] }, 0, 0],
  ])('selected by %j meets its requests alone', async (selector, first, second) => {
    await control(simulator, 'PUT', '/faults/xiaomi', [{ kind: 'status', status: 200, reason: '10001', ...selector }]);
    expect(await codeWith({})).toBe(first);
    expect(codeOf(await sendLetters(session, [letterTo('tokA'), letterTo('tokB')]))).toBe(second);
  });
});

describe('an app', () => {
  it('is listed without its secret', async () => {
    const { json } = await control(simulator, 'GET', '/vendors/xiaomi/apps');
    expect(json).toMatchObject({ items: [{ appId: APP_ID, packageNames: [PACKAGE] }] });
    expect(JSON.stringify(json)).not.toContain(SECRET);
  });

  it.each<[string, Record<string, unknown>]>([
    ['no secret', { appSecret: undefined }],
    ['the secret of another app', { appId: 'other' }],
    ['a field that there is not', { colour: 'red' }],
    ['31 channels', { channels: Array.from({ length: 31 }, (_, index) => ({ id: `c${index}`, class: 'public' })) }],
    [
      'a template of ten variables',
      { templates: [{ id: 'T', parameters: Array.from({ length: 10 }, (_, index) => `v${index}`) }] },
    ],
  ])('cannot have %s', async (_, facts) => {
    const app = { appId: APP_ID, appSecret: SECRET, packageNames: [PACKAGE], ...facts };
    expect((await control(simulator, 'PUT', '/vendors/xiaomi/apps', app)).status).toBe(400);
  });

  it('that gets a new secret loses the old one', async () => {
    registerApp(simulator, { appSecret: 'new' });
    expect(await codeWith({})).toBe(21_301);
    expect(codeOf(await postForm(session, '/v3/message/regid', formOf(), 'new'))).toBe(0);
  });
});

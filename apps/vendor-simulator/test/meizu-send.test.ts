import { createHash } from 'node:crypto';
import type { ClientHttp2Session } from 'node:http2';
import { Agent, request as httpsRequest } from 'node:https';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Simulator, SimulatorOptions } from '../src/index.ts';
import { type TestClock, answerOf, control, jsonOf, openSession, post, startTestSimulator } from './harness.ts';
import {
  APP_ID,
  PUSH,
  RECEIPT_URL,
  SECRET,
  TASK,
  TASK_PUSH,
  UNVARNISHED,
  formOf,
  messageOf,
  outcomeOf,
  postForm,
  push,
  registerApp,
  signed,
} from './meizu-harness.ts';

let simulator: Simulator & { clock: TestClock };
let session: ClientHttp2Session;

async function start(options: Omit<SimulatorOptions, 'now'> = {}, app: Record<string, unknown> = {}): Promise<void> {
  simulator = await startTestSimulator(options);
  registerApp(simulator, app);
  session = await openSession(simulator.urls.meizu, simulator.caPem);
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

async function outcome(parameters: Record<string, string | undefined>): Promise<[unknown, unknown]> {
  return outcomeOf(await push(session, parameters));
}

async function outcomeOfMessage(groups: Record<string, unknown>): Promise<[unknown, unknown]> {
  return await outcome({ messageJson: JSON.stringify(messageOf(groups)) });
}

function shown(token: string) {
  const { records, vendors } = simulator.state;
  return records.list({ vendor: 'meizu', token }).map(({ state, push: kept }) => ({
    state,
    id: kept.id,
    ...vendors.meizu.present(kept),
  }));
}

const EXAMPLE =
  'appId=100001&pushIds=RA111%2CRA222&messageJson=%7B%22noticeBarInfo%22%3A%7B%22noticeMsgType%22%3A1%2C%22noticeBarType' +
  '%22%3A0%2C%22title%22%3A%22Ann%22%2C%22content%22%3A%22See+you+at+7%3F%22%7D%2C%22clickTypeInfo%22%3A%7B%22clickType' +
  '%22%3A0%2C%22parameters%22%3A%7B%22conv%22%3A%22c42%22%7D%7D%2C%22pushTimeInfo%22%3A%7B%22offLine%22%3A1%2C%22validTime' +
  '%22%3A24%7D%2C%22advanceInfo%22%3A%7B%22notificationType%22%3A%7B%22vibrate%22%3A1%2C%22lights%22%3A1%2C%22sound%22%3A1' +
  '%7D%2C%22notifyKey%22%3A%22c42%22%7D%2C%22extra%22%3A%7B%22callback%22%3A%22https%3A%2F%2Fpush.example.org%2Frcpt%2F' +
  'meizu%22%2C%22callback.param%22%3A%22m-7f3a%22%2C%22callback.type%22%3A3%7D%7D&sign=9e9bd5111b1cbae0cd55b460e3b348f0';

/** The message and signatures of section 3.3. */
const TASK_MESSAGE =
  '{"noticeBarInfo":{"noticeMsgType":1,"noticeBarType":0,"title":"Group A","content":"Bob: hi"},' +
  '"clickTypeInfo":{"clickType":0,"parameters":{"conv":"g7"}},"pushTimeInfo":{"offLine":1,"validTime":24}}';
const TASK_SIGN = 'cf4d5c2576b98f84d185065696eb5dde';
const TASK_PUSH_SIGN = 'a3690b52a861dbe62a27d398f085b18f';

describe('a signature', () => {
  it("of the contract's push is good", async () => {
    // Its callback is not called here: nobody answers under that name.
    await control(simulator, 'PUT', '/receipts/meizu', { codes: [] });
    const answer = await postForm(session, PUSH, EXAMPLE);
    expect(jsonOf(answer)).toEqual({
      code: '200',
      message: '',
      value: {},
      redirect: '',
      msgId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    const kept = { state: 'shown', id: jsonOf(answer)['msgId'], title: 'Ann', body: 'See you at 7?' };
    expect([shown('RA111'), shown('RA222')]).toEqual([
      [expect.objectContaining({ ...kept, data: { conv: 'c42' }, warnings: [] })],
      [expect.objectContaining({ ...kept, data: { conv: 'c42' }, warnings: [] })],
    ]);
  });

  it("of the vendor's text is good, its message is not", async () => {
    simulator.state.vendors.meizu.apps.put({ appId: 10_000, appSecret: '<APP_SECRET>' });
    const form = {
      appId: '10000',
      pushIds: 'RA50c6348036344485d01776773577c64740465480a6b',
      messageJson: '{"title":"title","content":"content","pushTimeInfo":{"offLine":1,"validTime":24}}',
    };
    const code = async (sign: string) => outcomeOf(await postForm(session, PUSH, { ...form, sign }))[0];
    expect(await code('ac076ff25d9900015a681cb5172aa53b')).toBe('1005');
    expect(await code('ac076ff25d9900015a681cb5172aa53c')).toBe('1006');
  });

  it("of the contract's task is good", async () => {
    const form = { appId: APP_ID, pushType: '0', messageJson: TASK_MESSAGE, sign: TASK_SIGN };
    expect(outcomeOf(await postForm(session, TASK, form))[0]).toBe('200');
    expect(outcomeOf(await postForm(session, TASK, { ...form, messageJson: `${TASK_MESSAGE} ` }))[0]).toBe('1006');
  });

  it("of the contract's push of a task is good", async () => {
    const form = { appId: APP_ID, taskId: '20457', pushIds: 'RA111,RA222', sign: TASK_PUSH_SIGN };
    expect(outcomeOf(await postForm(session, TASK_PUSH, form))[0]).toBe('110032');
    expect(outcomeOf(await postForm(session, TASK_PUSH, { ...form, taskId: '20458' }))[0]).toBe('1006');
  });

  it('covers parameters that are optional or unknown, in byte order of their names', async () => {
    registerApp(simulator, { packageNames: ['org.example.chat'] });
    expect(await outcome({ restrictedPackageNames: 'org.example.chat', Zebra: '1', ähnlich: '2' })).toEqual([
      '200',
      {},
    ]);
    const form = signed(formOf());
    expect(outcomeOf(await postForm(session, PUSH, { ...form, extra: '1' }))[0]).toBe('1006');
  });

  it.each<[string, (form: Record<string, string>) => Record<string, string>]>([
    ['another secret', (form) => signed(form, 'other')],
    ['capitals', (form) => ({ ...form, sign: signed(form)['sign']?.toUpperCase() ?? '' })],
    ['separators', (form) => ({ ...form, sign: md5(new URLSearchParams(form).toString() + SECRET) })],
    ['a message changed after it', (form) => ({ ...signed(form), messageJson: '{}' })],
  ])('with %s is wrong', async (_, sign) => {
    expect(outcomeOf(await postForm(session, PUSH, sign(formOf())))).toEqual(['1006', '']);
  });

  it.each([
    ['no appId', { appId: undefined }, '110004'],
    ['an unknown appId', { appId: '100002' }, '110000'],
    ['an appId that is no number', { appId: 'chat' }, '110000'],
  ])('is not looked at with %s', async (_, parameters, code) => {
    expect((await outcome(parameters))[0]).toBe(code);
  });

  it('may not be left out', async () => {
    expect(outcomeOf(await postForm(session, PUSH, formOf()))[0]).toBe('110004');
  });

  it('is worth nothing once the app is removed or blacklisted', async () => {
    registerApp(simulator, { blacklisted: true });
    expect((await outcome({}))[0]).toBe('110009');
    await control(simulator, 'DELETE', `/vendors/meizu/apps/${APP_ID}`);
    expect((await outcome({}))[0]).toBe('110000');
  });
});

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

describe('a call', () => {
  it('may come over HTTP/1.1', async () => {
    const agent = new Agent({ ca: simulator.caPem, keepAlive: true });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const text = await new Promise<string>((resolve, reject) => {
      const request = httpsRequest(`${simulator.urls.meizu}${PUSH}`, { method: 'POST', agent, headers }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
        response.on('end', () => resolve(body));
      });
      request.on('error', reject);
      request.end(new URLSearchParams(signed(formOf())).toString());
    });
    agent.destroy();
    expect(JSON.parse(text)).toMatchObject({ code: '200' });
  });

  it('to another path or by another method is not answered in the envelope', async () => {
    const alias = await postForm(session, PUSH.replace('PushId', 'Alias'), signed(formOf()));
    const get = await answerOf(session.request({ ':method': 'GET', ':path': PUSH }));
    expect([alias.status, get.status]).toEqual([404, 405]);
  });

  it.each([
    ['JSON', 'application/json', '{}'],
    ['a form that repeats a parameter', 'application/x-www-form-urlencoded', `${EXAMPLE}&appId=100001`],
  ])('with %s has wrong parameters', async (_, contentType, body) => {
    const answer = await post(session, PUSH, { 'content-type': contentType }, body);
    expect(outcomeOf(answer)).toEqual(['1005', '']);
  });

  it.each([
    ['pushIds', { pushIds: undefined }],
    ['a push id', { pushIds: '' }],
    ['messageJson', { messageJson: undefined }],
  ])('without %s has an empty parameter', async (_, parameters) => {
    expect(await outcome(parameters)).toEqual(['110004', '']);
  });

  it('may be for a hundred push ids and no more', async () => {
    const ids = Array.from({ length: 101 }, (_, index) => `RA${index}`);
    expect(await outcome({ pushIds: ids.slice(1).join(',') })).toEqual(['200', {}]);
    expect(await outcome({ pushIds: ids.join(',') })).toEqual(['1005', '']);
    expect(simulator.state.counters.of('meizu')).toMatchObject({ accepted: 100, calls: { pushByPushId: 2 } });
  });

  it('comes once to a push id that is named twice', async () => {
    await outcome({ pushIds: 'RA111,RA111' });
    expect(simulator.state.records.size).toBe(1);
  });

  it('may be for packages of the app alone', async () => {
    registerApp(simulator, { packageNames: ['a.b', 'c.d'] });
    expect((await outcome({ restrictedPackageNames: 'a.b,c.d' }))[0]).toBe('200');
    expect((await outcome({ restrictedPackageNames: 'a.b,e.f' }))[0]).toBe('110031');
    expect((await outcome({ restrictedPackageNames: '' }))[0]).toBe('110031');
  });

  it('for pass-through is refused', async () => {
    expect(outcomeOf(await postForm(session, UNVARNISHED, signed(formOf())))[0]).toBe('110053');
  });
});

const BAR = { noticeMsgType: 1, noticeBarType: 0, title: 'Ann', content: 'Hi' };

describe('a message', () => {
  it.each<[string, Record<string, unknown>]>([
    ['a bar alone', { clickTypeInfo: undefined, pushTimeInfo: undefined }],
    ['the least of a bar', { noticeBarInfo: { title: 'A', content: 'B' } }],
    ['the most of a bar', { noticeBarInfo: { title: '界'.repeat(32), content: 'x'.repeat(100), noticeBarType: 2 } }],
    ['a long text', { noticeExpandInfo: { noticeExpandType: 1, noticeExpandContent: 'x'.repeat(500) } }],
    ['a page', { clickTypeInfo: { clickType: 1, activity: 'org.example.Chat', parameters: { a: 1, b: {} } } }],
    ['a URI', { clickTypeInfo: { clickType: 2, url: 'https://example.org' } }],
    ['a custom attribute of 1000 bytes', { clickTypeInfo: { clickType: 3, customAttribute: 'x'.repeat(1000) } }],
    ['an hour', { pushTimeInfo: { offLine: 1, validTime: 1 } }],
    ['72 hours', { pushTimeInfo: { offLine: 1, validTime: 72 } }],
    ['no storage', { pushTimeInfo: { offLine: 0 } }],
    ['silence', { advanceInfo: { suspend: 0, notificationType: { vibrate: 0, lights: 0, sound: 0 } } }],
    ['a key of eight characters', { advanceInfo: { notifyKey: 'aZ09_-xx', clearNoticeBar: 0 } }],
    [
      'a time of display',
      {
        advanceInfo: {
          fixDisplay: 1,
          fixStartDisplayTime: '2026-05-04 20:00:00',
          fixEndDisplayTime: '2026-05-04 21:00:00',
        },
      },
    ],
    ['a VIP look', { vipInfo: { subtitle: 'x'.repeat(16), timeTop: 1800, notGroup: 1, titleColor: '#206CFF' } }],
    ['a background', { vipInfo: { pullDownTop: 1, backgroundImgUrl: 'https://img.example/1.png' } }],
    ['an unknown field', { colour: 'red' }],
  ])('may have %s', async (_, groups) => {
    expect(await outcomeOfMessage(groups)).toEqual(['200', {}]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['no bar', { noticeBarInfo: undefined }],
    ['no title', { noticeBarInfo: { content: 'B' } }],
    ['an empty content', { noticeBarInfo: { ...BAR, content: '' } }],
    ['a title of 33 characters', { noticeBarInfo: { ...BAR, title: 'x'.repeat(33) } }],
    ['a content of 101 characters', { noticeBarInfo: { ...BAR, content: 'x'.repeat(101) } }],
    ['another class', { noticeBarInfo: { ...BAR, noticeMsgType: 2 } }],
    ['a class in words', { noticeBarInfo: { ...BAR, noticeMsgType: '1' } }],
    ['a picture bar', { noticeBarInfo: { ...BAR, noticeBarType: 1 } }],
    ['a long text without the text', { noticeExpandInfo: { noticeExpandType: 1 } }],
    [
      'a big picture of an ordinary app',
      { noticeExpandInfo: { noticeExpandType: 2, noticeExpandImgUrl: 'https://x' } },
    ],
    ['a page without its name', { clickTypeInfo: { clickType: 1 } }],
    ['a URI without it', { clickTypeInfo: { clickType: 2 } }],
    ['a custom click without its attribute', { clickTypeInfo: { clickType: 3 } }],
    ['a custom attribute of 1001 bytes', { clickTypeInfo: { clickType: 3, customAttribute: `${'界'.repeat(333)}xx` } }],
    ['parameters in a text', { clickTypeInfo: { clickType: 0, parameters: '{}' } }],
    ['no hours', { pushTimeInfo: { offLine: 1, validTime: 0 } }],
    ['73 hours', { pushTimeInfo: { offLine: 1, validTime: 73 } }],
    ['half an hour', { pushTimeInfo: { offLine: 1, validTime: 0.5 } }],
    ['storage for no time given', { pushTimeInfo: { offLine: 1 } }],
    ['storage in words', { pushTimeInfo: { offLine: true, validTime: 24 } }],
    ['a key of nine characters', { advanceInfo: { notifyKey: 'x'.repeat(9) } }],
    ['a key with a dot', { advanceInfo: { notifyKey: 'a.b' } }],
    ['another vibration', { advanceInfo: { notificationType: { vibrate: 2 } } }],
    [
      'a time of display without its end',
      { advanceInfo: { fixDisplay: 1, fixStartDisplayTime: '2026-05-04 20:00:00' } },
    ],
    ['another form of time', { advanceInfo: { fixStartDisplayTime: '2026-05-04T20:00:00Z' } }],
    ['a subtitle of 17 characters', { vipInfo: { subtitle: 'x'.repeat(17) } }],
    ['too short a time at the top', { vipInfo: { timeTop: 1799 } }],
    ['too long a time at the top', { vipInfo: { timeTop: 7201 } }],
    ['two ways to be at the top', { vipInfo: { pullDownTop: 1, timeTop: 1800 } }],
    ['another colour', { vipInfo: { titleColor: '#FFFFFF' } }],
    ['a background and a colour', { vipInfo: { titleColor: '#E42D22', backgroundImgUrl: 'https://x' } }],
    ['a background and a big icon', { vipInfo: { bigIconUrl: 'https://x', backgroundImgUrl: 'https://x' } }],
    ['a callback that is not registered', { extra: { callback: `${RECEIPT_URL}/other` } }],
    ['a param of 65 bytes', { extra: { 'callback.param': 'x'.repeat(65) } }],
    ['another receipt type', { extra: { 'callback.type': 4 } }],
    ['a receipt type in words', { extra: { 'callback.type': '3' } }],
  ])('may not have %s', async (_, groups) => {
    expect(await outcomeOfMessage(groups)).toEqual(['1005', '']);
    expect(simulator.state.records.size).toBe(0);
  });

  it.each(['{', '[]', 'null', '"x"'])('is not %s', async (messageJson) => {
    expect(await outcome({ messageJson })).toEqual(['1005', '']);
  });

  it('may have a big picture in a VIP app, and then no background', async () => {
    registerApp(simulator, { vip: true });
    const noticeExpandInfo = { noticeExpandType: 2, noticeExpandImgUrl: 'https://img.example/1.png' };
    expect(await outcomeOfMessage({ noticeExpandInfo })).toEqual(['200', {}]);
    expect(shown('RA111')).toEqual([expect.objectContaining({ image: 'https://img.example/1.png' })]);
    const vipInfo = { backgroundImgUrl: 'https://x' };
    expect((await outcomeOfMessage({ noticeExpandInfo, vipInfo }))[0]).toBe('1005');
    expect((await outcomeOfMessage({ noticeExpandInfo: { noticeExpandType: 2 } }))[0]).toBe('1005');
  });

  it('warns of what a device ignores', async () => {
    await outcomeOfMessage({
      colour: 'red',
      noticeBarInfo: { ...BAR, badge: 3 },
      advanceInfo: { notificationType: { led: 1 } },
      clickTypeInfo: { clickType: 3, customAttribute: 'x' },
      vipInfo: { subtitle: 'Group' },
    });
    expect(shown('RA111')).toEqual([
      expect.objectContaining({
        subtitle: 'Group',
        data: { customAttribute: 'x' },
        warnings: [
          'noticeBarInfo.badge is unknown and ignored',
          'colour is unknown and ignored',
          'advanceInfo.notificationType.led is unknown and ignored',
          'clickType 3 does not work on Android 12 and later',
        ],
      }),
    ]);
  });

  it('is replaced by a later one with the same key', async () => {
    for (const notifyKey of ['c42', 'c43', 'c42', '', '']) await outcomeOfMessage({ advanceInfo: { notifyKey } });
    expect(shown('RA111').map(({ state }) => state)).toEqual(['replaced', 'shown', 'shown', 'shown', 'shown']);
  });
});

describe('a push id', () => {
  it.each(['110002', '110003', '201', '501', '513', '518', '519'])(
    'that is refused with %s is named under it, and the others are reached',
    async (reason) => {
      await control(simulator, 'POST', '/tokens/meizu/RA222/kill', { reason });
      expect(await outcome({ pushIds: 'RA111,RA222,RA333' })).toEqual(['200', { [reason]: ['RA222'] }]);
      expect(simulator.state.records.list().map(({ push: kept }) => kept.token)).toEqual(['RA111', 'RA333']);
    },
  );

  it('that is malformed is illegal, and one without a form of its own too', async () => {
    expect(await outcome({ pushIds: 'RA 1,,RA111' })).toEqual(['200', { 110003: ['RA 1', ''] }]);
  });

  it.each(['110002', '110003'])('can fail a whole call with %s, when it is the only one', async (code) => {
    await control(simulator, 'POST', '/tokens/meizu/RA111/kill', { reason: `${code} of the call` });
    expect(await outcome({})).toEqual([code, '']);
    expect(await outcome({ pushIds: 'RA111,RA222' })).toEqual(['200', { [code]: ['RA111'] }]);
  });

  it('that lives again is reached', async () => {
    await control(simulator, 'POST', '/tokens/meizu/RA111/kill');
    expect(await outcome({})).toEqual(['200', { 110002: ['RA111'] }]);
    await control(simulator, 'POST', '/tokens/meizu/RA111/revive');
    expect(await outcome({})).toEqual(['200', {}]);
  });

  it('whose user has switched notifications off is named under 110010', async () => {
    await control(simulator, 'PUT', '/tokens/meizu/RA111', { appId: APP_ID, muted: true });
    expect(await outcome({})).toEqual(['200', { 110010: ['RA111'] }]);
  });

  it('of another app is not registered', async () => {
    await control(simulator, 'PUT', '/tokens/meizu/RA111', { appId: '7' });
    expect(await outcome({})).toEqual(['200', { 110002: ['RA111'] }]);
  });

  it('must be registered when none is registered by itself', async () => {
    await restart({ autoRegister: false });
    expect(await outcome({})).toEqual(['200', { 110002: ['RA111'] }]);
    await control(simulator, 'PUT', '/tokens/meizu/RA111', { appId: APP_ID });
    expect(await outcome({})).toEqual(['200', {}]);
  });
});

describe('a task', () => {
  async function createTask(parameters: Record<string, string | undefined> = {}): Promise<[unknown, unknown]> {
    const form = formOf({ pushIds: undefined, pushType: '0', ...parameters });
    return outcomeOf(await postForm(session, TASK, signed(form)));
  }

  async function pushTask(taskId: string | undefined, pushIds = 'RA111,RA222'): Promise<[unknown, unknown]> {
    const form = formOf({ messageJson: undefined, pushIds, taskId });
    return outcomeOf(await postForm(session, TASK_PUSH, signed(form)));
  }

  async function taskId(): Promise<string> {
    const [code, value] = await createTask();
    expect([code, value]).toEqual(['200', { taskId: expect.any(Number), pushType: 0, appId: 100_001 }]);
    return String((value as { taskId: number }).taskId);
  }

  it('is sent to the push ids of several calls', async () => {
    const id = await taskId();
    await control(simulator, 'POST', '/tokens/meizu/RA222/kill');
    expect(await pushTask(id)).toEqual(['200', { 110002: ['RA222'] }]);
    expect(await pushTask(id, 'RA333')).toEqual(['200', {}]);
    expect([shown('RA111'), shown('RA333')]).toEqual([
      [expect.objectContaining({ title: 'Ann' })],
      [expect.objectContaining({ title: 'Ann' })],
    ]);
    expect(simulator.state.counters.of('meizu').calls).toEqual({ getTaskId: 1, 'task/pushByPushId': 2 });
  });

  it.each([
    ['without a type', { pushType: undefined }, '110004'],
    ['without a message', { messageJson: undefined }, '110004'],
    ['of another type', { pushType: '2' }, '1005'],
    ['for pass-through', { pushType: '1' }, '110053'],
    ['with a bad message', { messageJson: '{}' }, '1005'],
  ])('is not created %s', async (_, parameters, code) => {
    expect(await createTask(parameters)).toEqual([code, '']);
  });

  it('cannot be sent without its id, or with a wrong one', async () => {
    const id = await taskId();
    expect([await pushTask(undefined), await pushTask('1'), await pushTask('x'), await pushTask(`${id}0`)]).toEqual([
      ['110004', ''],
      ['110032', ''],
      ['110032', ''],
      ['110032', ''],
    ]);
  });

  it('belongs to its app', async () => {
    const id = await taskId();
    simulator.state.vendors.meizu.apps.put({ appId: '7', appSecret: SECRET });
    const form = { appId: '7', taskId: id, pushIds: 'RA9' };
    expect(outcomeOf(await postForm(session, TASK_PUSH, signed(form)))[0]).toBe('110032');
  });

  it('is forgotten when there are too many', async () => {
    await restart({ limits: { meizu: { rememberedTasks: 1 } } });
    const first = await taskId();
    expect((await pushTask(await taskId()))[0]).toBe('200');
    expect((await pushTask(first))[0]).toBe('110032');
  });

  it('counts against a number per day', async () => {
    await restart({ limits: { meizu: { tasksPerDay: 1 } } });
    expect([(await createTask())[0], (await createTask())[0]]).toEqual(['200', '110051']);
    simulator.clock.ms = Date.UTC(2026, 4, 4, 16);
    expect((await createTask())[0]).toBe('200');
  });
});

describe('a quota', () => {
  const publicly = JSON.stringify({ noticeBarInfo: { title: 'Ann', content: 'Hi' } });

  it('counts calls per second, whatever number of targets they have', async () => {
    await restart({ limits: { meizu: { callsPerSecond: 2 } } });
    expect([await outcome({}), await outcome({ pushIds: 'RA1,RA2' })]).toEqual([
      ['200', {}],
      ['200', {}],
    ]);
    expect(jsonOf(await push(session))).toEqual({
      code: '110010',
      message: '应用请求频率超过限制',
      value: '',
      redirect: '',
    });
    simulator.clock.ms += 1000;
    expect((await outcome({}))[0]).toBe('200');
  });

  it.each([
    ['three of an ordinary app', {}, 3],
    ['five of a news app', { newsApp: true }, 5],
  ])('takes public messages per device and day: %s', async (_, app, number) => {
    registerApp(simulator, app);
    for (let sent = 0; sent < number; sent += 1) expect(await outcome({ messageJson: publicly })).toEqual(['200', {}]);
    simulator.clock.ms += 60_000;
    expect(await outcome({ messageJson: publicly, pushIds: 'RA111,RA222' })).toEqual(['200', { 110011: ['RA111'] }]);
    expect(await outcome({})).toEqual(['200', {}]);
    simulator.clock.ms = Date.UTC(2026, 4, 4, 16);
    expect(await outcome({ messageJson: publicly })).toEqual(['200', {}]);
  });

  it('folds the sixth message to a device within a minute', async () => {
    for (let sent = 0; sent < 5; sent += 1) expect(await outcome({})).toEqual(['200', {}]);
    expect(await outcome({ pushIds: 'RA111,RA222' })).toEqual(['200', { 520: ['RA111'] }]);
    simulator.clock.ms += 60_000;
    expect(await outcome({})).toEqual(['200', {}]);
  });

  it('of an app per day may be set, and comes back at midnight in Shanghai', async () => {
    registerApp(simulator, { dailyQuota: 2 });
    await control(simulator, 'POST', '/tokens/meizu/RA222/kill');
    expect((await outcome({ pushIds: 'RA111,RA222' }))[0]).toBe('200');
    expect((await outcome({ pushIds: 'RA333,RA444' }))[0]).toBe('110019');
    expect((await outcome({ pushIds: 'RA333' }))[0]).toBe('200');
    expect((await outcome({}))[0]).toBe('110019');
    simulator.clock.ms = Date.UTC(2026, 4, 4, 16);
    expect((await outcome({}))[0]).toBe('200');
  });
});

describe('a fault', () => {
  it.each<[object, string]>([
    [{ kind: 'status', status: 200, reason: '1003' }, '1003'],
    [{ kind: 'status', status: 200 }, '1001'],
    [{ kind: 'throttle', perSecond: 0 }, '110010'],
  ])('%j is answered in the envelope', async (fault, code) => {
    await control(simulator, 'PUT', '/faults/meizu', [fault]);
    expect(await outcome({})).toEqual([code, '']);
  });

  it("without a code is the HTTP server's", async () => {
    await control(simulator, 'PUT', '/faults/meizu', [{ kind: 'status', status: 503, retryAfter: 2 }]);
    const answer = await push(session);
    expect([answer.status, answer.headers['retry-after'], answer.text.startsWith('<')]).toEqual([503, '2', true]);
  });

  it.each([
    [{ tokens: ['RA222'] }, '200', '1003'],
    [{ credentials: [APP_ID] }, '1003', '1003'],
    [{ credentials: ['7'] }, '200', '200'],
  ])('selected by %j meets its calls alone', async (selector, first, second) => {
    await control(simulator, 'PUT', '/faults/meizu', [{ kind: 'status', status: 200, reason: '1003', ...selector }]);
    expect([(await outcome({}))[0], (await outcome({ pushIds: 'RA111,RA222' }))[0]]).toEqual([first, second]);
  });
});

describe('an app', () => {
  it('is listed without its secrets', async () => {
    registerApp(simulator, { receiptToken: 'hidden' });
    const { json } = await control(simulator, 'GET', '/vendors/meizu/apps');
    expect(json).toMatchObject({ items: [{ appId: APP_ID, receiptUrls: [RECEIPT_URL] }] });
    expect(JSON.stringify(json)).not.toMatch(/demoAppSecret|hidden/);
  });

  it.each<[string, Record<string, unknown>]>([
    ['no secret', { appSecret: undefined }],
    ['an id that is no number', { appId: 'chat' }],
    ['a receipt URL that is none', { receiptUrls: ['rcpt'] }],
    ['101 receipt URLs', { receiptUrls: Array.from({ length: 101 }, (_, index) => `https://example.org/${index}`) }],
    ['a field that there is not', { colour: 'red' }],
  ])('cannot have %s', async (_, facts) => {
    const app = { appId: APP_ID, appSecret: SECRET, ...facts };
    expect((await control(simulator, 'PUT', '/vendors/meizu/apps', app)).status).toBe(400);
  });
});

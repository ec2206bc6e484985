import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Notification, Target } from '#libs/contracts';
import { manyTargets, NOW, notificationWith, pemOf, RSA, targetWith } from '../../test/fixtures.ts';
import { callId } from '../call-id.ts';
import { notifyId } from '../notify-id.ts';
import { huaweiCredentialSchema, type HuaweiCredential } from './credentials.ts';
import { MAX_BODY_BYTES } from './limits.ts';
import { bodyFor, render, type HuaweiPayload } from './render.ts';

const CLIENT = { clientId: '104880011', clientSecret: 'demo' };
const V1 = huaweiCredentialSchema.parse(CLIENT);
const V3 = huaweiCredentialSchema.parse({
  api: 'v3',
  serviceAccount: { project_id: '388421841', key_id: 'k', private_key: pemOf(RSA), sub_account: '1' },
});
const NOTIFY_ID = notifyId('m-20931');

type Json = Record<string, unknown>;
interface V1Message {
  token: string[];
  data?: string;
  android: Json & { notification?: Json };
}
interface V3Body {
  payload: { notification?: Json; extraData?: string };
  pushOptions: Json;
  target: { token: string[] };
}

const rendering = (
  changes: Partial<Notification> = {},
  credential: HuaweiCredential = V1,
  without: readonly string[] = [],
): ReturnType<typeof render> =>
  render(notificationWith(changes), credential, { now: NOW, jobId: '77', without: new Set(without) });

function rendered(...given: Parameters<typeof rendering>): HuaweiPayload {
  const payload = rendering(...given);
  if (payload.kind !== 'payload') throw new Error(payload.kind);
  return payload;
}

function bodyOf(
  changes: Partial<Notification>,
  credential: HuaweiCredential,
  without: readonly string[] = [],
  targets: readonly Target[] = [targetWith({ token: 'tok-1' })],
): Json {
  const payload = rendered(changes, credential, without);
  return JSON.parse(bodyFor(payload, targets, notificationWith(changes))) as Json;
}

function v1(changes: Partial<Notification> = {}, more: Partial<HuaweiCredential> = {}, without?: string[]): V1Message {
  const { message, ...rest } = bodyOf(changes, { ...V1, ...more }, without) as unknown as { message: V1Message };
  expect(rest).toEqual({ validate_only: false });
  return message;
}

function v3(changes: Partial<Notification> = {}, more: Partial<HuaweiCredential> = {}, without?: string[]): V3Body {
  return bodyOf(changes, { ...V3, ...more }, without) as unknown as V3Body;
}

describe('huawei render for v1 and v2', () => {
  it('renders a notification with data', () => {
    expect(v1({ threadId: 'conv-8812' })).toEqual({
      token: ['tok-1'],
      data: '{"m":"m-20931"}',
      android: {
        urgency: 'NORMAL',
        ttl: '86400s',
        collapse_key: -1,
        bi_tag: '77',
        target_user_type: 0,
        notification: {
          title: 'Lin',
          body: 'Are we still on for 7?',
          click_action: { type: 3 },
          importance: 'NORMAL',
          notify_id: NOTIFY_ID,
          group: 'conv-8812',
        },
      },
    });
  });

  it('is the same on v2', () => {
    expect(bodyOf({}, { ...V1, api: 'v2', projectId: '1' })).toEqual(bodyOf({}, V1));
  });

  it('renders a background push as data alone', () => {
    const given = { background: true, badge: { kind: 'set', value: 3 }, image: 'https://a.example/a.png' } as const;
    const more = { badgeClass: 'com.demo.Main', highPriorityRight: true };
    expect(v1({ ...given, title: '', body: '' }, more)).toEqual({
      token: ['tok-1'],
      data: '{"m":"m-20931"}',
      android: { urgency: 'NORMAL', ttl: '86400s', collapse_key: -1, bi_tag: '77', target_user_type: 0 },
    });
  });

  it('sends to each token once', () => {
    const targets = ['a', 'b', 'a'].map((token) => targetWith({ token }));
    expect(bodyOf({}, V1, [], targets)).toMatchObject({ message: { token: ['a', 'b'] } });
  });

  it('puts nothing of a receiver into a body that many share', () => {
    expect(JSON.stringify(v1({ receiverKey: 't' }))).not.toContain('rob');
    expect(JSON.stringify(v3({ receiverKey: 't' }))).not.toContain('rob');
  });

  it.each<[string, number, string, number]>([
    ['whole seconds', 61_999, '61s', 61],
    ['a second at least', 10, '1s', 1],
    ['15 days at most', 5_000_000_000, '1296000s', 1_296_000],
  ])('lives for %s', (_, ms, text, seconds) => {
    expect(v1({ expiresAt: NOW + ms }).android['ttl']).toBe(text);
    expect(v3({ expiresAt: NOW + ms }).pushOptions['ttl']).toBe(seconds);
  });

  it.each([true, false])(
    'keeps all that waits for an offline device (collapse %s): notify ids replace what is shown',
    (collapse) => {
      expect(v1({ collapse }).android['collapse_key']).toBe(-1);
      expect(v3({ collapse }).pushOptions).not.toHaveProperty('collapseKey');
    },
  );

  it('knows a missed call on v3 alone', () => {
    const more: Partial<HuaweiCredential> = { categories: ['MISS_CALL'], classes: { call: { category: 'MISS_CALL' } } };
    expect(v1({ purpose: 'call' }, more).android).not.toHaveProperty('category');
    expect(v3({ purpose: 'call' }, more).payload.notification?.['category']).toBe('MISS_CALL');
  });

  it.each<[Notification['purpose'], string, string]>([
    ['chat', 'HIGH', 'NORMAL'],
    ['call', 'HIGH', 'NORMAL'],
    ['system', 'NORMAL', 'NORMAL'],
    ['marketing', 'NORMAL', 'LOW'],
  ])('sends %s with urgency %s where that was granted, and importance %s', (purpose, urgency, importance) => {
    const { android } = v1({ purpose }, { highPriorityRight: true });
    expect([android['urgency'], android.notification?.['importance']]).toEqual([urgency, importance]);
    expect(v1({ purpose }).android['urgency']).toBe('NORMAL');
  });

  it('takes urgency, importance and channel of a class from the credential', () => {
    const classes: HuaweiCredential['classes'] = {
      chat: { urgency: 'NORMAL', importance: 'LOW', channelId: 'chat' },
    };
    const more = { highPriorityRight: true, channelId: 'any', classes };
    expect(v1({}, more).android).toMatchObject({
      urgency: 'NORMAL',
      notification: { importance: 'LOW', channel_id: 'chat' },
    });
    expect(v1({ purpose: 'system' }, more).android.notification?.['channel_id']).toBe('any');
  });

  it.each<[string, Notification['sound'], Json]>([
    ['the device’s own', undefined, {}],
    ['the device’s own by name', 'default', {}],
    ['a resource', 'sounds/ding.mp3', { sound: '/raw/ding' }],
    ['none', null, { default_sound: false }],
  ])('sounds like %s', (_, sound, expected) => {
    const { notification = {} } = v1(sound === undefined ? {} : { sound }).android;
    const { sound: named, default_sound } = notification;
    expect({
      ...(named !== undefined && { sound: named }),
      ...(default_sound !== undefined && { default_sound }),
    }).toEqual(expected);
  });

  it.each<[string, HuaweiCredential['clickAction'], Json]>([
    ['the app', { kind: 'app' }, { type: 3 }],
    ['an action', { kind: 'action', action: 'com.demo.OPEN' }, { type: 1, action: 'com.demo.OPEN' }],
    ['a deep link', { kind: 'intent', uri: 'demo://chat/1' }, { type: 1, intent: 'demo://chat/1' }],
    ['a web page', { kind: 'url', url: 'https://a.example/' }, { type: 2, url: 'https://a.example/' }],
  ])('opens %s', (_, clickAction, expected) => {
    const { android, data } = v1({}, { clickAction });
    expect(android.notification?.['click_action']).toEqual(expected);
    expect(data).toBe('{"m":"m-20931"}');
  });

  it('hands the data to the page of an intent as extras', () => {
    const clickAction = { kind: 'intent', uri: 'intent:#Intent;component=com.demo/.Chat;end' } as const;
    const data = { m: 'm;1', 'k=1': '下 \ud83d' };
    const message = v1({ data }, { clickAction });
    expect(message.android.notification?.['click_action']).toEqual({
      type: 1,
      intent: 'intent:#Intent;component=com.demo/.Chat;S.m=m%3B1;S.k%3D1=%E4%B8%8B%20%EF%BF%BD;end',
    });
    expect(message).not.toHaveProperty('data');
    const kept = v1({ data, vendor: { huawei: { dataAsExtras: false } } }, { clickAction });
    expect(kept.android.notification?.['click_action']).toEqual({ type: 1, intent: clickAction.uri });
    expect(kept.data).toBe(JSON.stringify(data));
  });

  it('makes an intent of an action when the message asks for extras', () => {
    const clickAction = { kind: 'action', action: 'com.demo.OPEN' } as const;
    const asked = { data: { ext: '{}' }, vendor: { huawei: { dataAsExtras: true } } };
    expect(v1(asked, { clickAction, packageName: 'com.demo.chat' }).android.notification?.['click_action']).toEqual({
      type: 1,
      intent: 'intent:#Intent;action=com.demo.OPEN;package=com.demo.chat;S.ext=%7B%7D;end',
    });
    expect(v1(asked).android.notification?.['click_action']).toEqual({ type: 3 });
  });

  it('takes the notification’s own click action before the credential’s', () => {
    const expected = { type: 1, action: 'OPEN' };
    expect(v1({ clickAction: 'OPEN' }).android.notification?.['click_action']).toEqual(expected);
  });

  it.each<[string, Json, Json]>([
    ['channelId', { channelId: 'calls' }, { notification: { channel_id: 'calls' } }],
    ['category', { category: 'work' }, { category: 'WORK' }],
    ['importance', { importance: 'low' }, { notification: { importance: 'LOW' } }],
    ['image', { image: 'https://a.example/a.png' }, { notification: { image: 'https://a.example/a.png' } }],
    ['sound', { sound: 'ding' }, { notification: { sound: '/raw/ding' } }],
    ['no sound', { sound: null }, { notification: { default_sound: false } }],
    ['clickAction', { clickAction: 'OPEN' }, { notification: { click_action: { type: 1, action: 'OPEN' } } }],
    ['badgeClass', { badgeClass: 'com.demo.Other' }, { notification: { badge: { class: 'com.demo.Other' } } }],
    ['receiptId', { receiptId: 'rc-2' }, { receipt_id: 'rc-2' }],
    ['testMessage', { testMessage: true }, { target_user_type: 1 }],
    [
      'bigText',
      { bigText: true },
      { notification: { style: 1, big_title: 'Lin', big_body: 'Are we still on for 7?' } },
    ],
  ])('takes the option %s', (_, options, expected) => {
    const changes: Partial<Notification> = { vendor: { huawei: options }, badge: { kind: 'add', value: 1 } };
    expect(v1(changes, { categories: ['WORK'] }).android).toMatchObject(expected);
  });

  it.each<[string, Json]>([
    ['of other types', { channelId: 7, image: {}, sound: 5, badgeClass: [], bigText: 1, testMessage: 'yes' }],
    [
      'that do not exist',
      { category: 'CHAT', importance: 'HIGH', image: 'http://a.example/a.png', badgeClass: 'Main' },
    ],
    ['of v3', { harmony: { title: 'T', category: 'WORK' } }],
    ['that are nothing', { harmony: null, channelId: ' ' }],
  ])('ignores options %s', (_, options) => {
    const more: Partial<HuaweiCredential> = { categories: ['IM', 'WORK'] };
    expect(v1({ vendor: { huawei: options } }, more)).toEqual(v1({}, more));
  });

  it.each<[string, string, string, unknown]>([
    ['the body for a blank title', ' ', 'hi', { title: 'hi', body: 'hi' }],
    ['the title for a blank body', 'Lin', '', { title: 'Lin', body: 'Lin' }],
  ])('shows %s', (_, title, body, expected) => {
    expect(v1({ title, body }).android.notification).toMatchObject(expected as Json);
    expect(v3({ title, body }).payload.notification).toMatchObject(expected as Json);
  });

  it('refuses a notification without any text', () => {
    expect(rendering({ title: ' ', body: '' })).toEqual({ kind: 'empty_text' });
  });

  it('sends test messages in small calls', () => {
    expect(rendered().targetsPerCall).toBe(1_000);
    expect(rendered({}, { ...V1, testMode: true }).targetsPerCall).toBe(10);
    expect(v1({}, { testMode: true }).android['target_user_type']).toBe(1);
    const own = { vendor: { huawei: { testMessage: false } } };
    expect(v1(own, { testMode: true }).android['target_user_type']).toBe(0);
    expect(v3({}, { testMode: true }).pushOptions['testMessage']).toBe(true);
    expect(rendered({}, { ...V3, testMode: true }).targetsPerCall).toBe(10);
  });

  it('leaves out a label that is empty or too long', () => {
    for (const jobId of ['', 'x'.repeat(65)]) {
      const payload = render(notificationWith(), V1, { now: NOW, jobId });
      expect(payload).toMatchObject({ kind: 'payload', head: expect.not.stringContaining('bi_tag') });
    }
  });
});

describe('huawei render for v3', () => {
  it('renders a notification with data', () => {
    expect(v3()).toEqual({
      payload: {
        notification: {
          category: 'MARKETING',
          title: 'Lin',
          body: 'Are we still on for 7?',
          clickAction: { actionType: 0, data: { m: 'm-20931' } },
          notifyId: NOTIFY_ID,
          appMessageId: callId(notificationWith(), [targetWith()]),
        },
      },
      pushOptions: { ttl: 86_400, biTag: '77' },
      target: { token: ['tok-1'] },
    });
    expect(rendered({}, V3).pushType).toBe(0);
  });

  it('names a call by its message and its targets, so that a repeat has the same name', () => {
    const idOf = (targets: readonly Target[], changes: Partial<Notification> = {}): unknown =>
      (bodyOf(changes, V3, [], targets) as unknown as V3Body).payload.notification?.['appMessageId'];
    const [first, second] = [manyTargets(4).slice(0, 2), manyTargets(4).slice(2)];
    expect(idOf(first)).toBe(idOf(first.toReversed()));
    expect(idOf(first)).not.toBe(idOf(second));
    expect(idOf(first)).not.toBe(idOf(first, { dedupeId: 'fedcba98765432100000' }));
    expect(idOf(first)).toMatch(/^[0-9a-f-]{33}$/);
  });

  it.each<[string, HuaweiCredential['clickAction'], Json]>([
    ['the app', { kind: 'app' }, { actionType: 0 }],
    ['an action', { kind: 'action', action: 'com.demo.OPEN' }, { actionType: 1, action: 'com.demo.OPEN' }],
    ['a deep link', { kind: 'intent', uri: 'demo://chat/1' }, { actionType: 1, uri: 'demo://chat/1' }],
  ])('opens %s', (_, clickAction, expected) => {
    const { notification } = v3({}, { clickAction }).payload;
    expect(notification?.['clickAction']).toEqual({ ...expected, data: { m: 'm-20931' } });
  });

  it('takes the options for Harmony and no others', () => {
    const harmony = {
      title: 'T',
      category: 'work',
      image: 'https://a.example/a.png',
      sound: 'a.mp3',
      soundDuration: 9,
    };
    const huawei = { category: 'IM', sound: 'other', image: 'https://a.example/b.png', harmony };
    const { notification } = v3({ vendor: { huawei } }, { categories: ['WORK', 'IM'] }).payload;
    expect(notification).toMatchObject({
      title: 'T',
      category: 'WORK',
      image: 'https://a.example/a.png',
      sound: 'a.mp3',
      soundDuration: 9,
    });
    const others = { category: 'WORK', sound: 'x', image: 'https://a.example/b.png', testMessage: true };
    expect(v3({ vendor: { huawei: others } }, { categories: ['WORK', 'IM'] })).toEqual(
      v3({}, { categories: ['WORK', 'IM'] }),
    );
  });

  it.each([0, 61, 1.5, '9'])('ignores a sound’s length of %j', (soundDuration) => {
    const harmony = { sound: 'a.mp3', soundDuration };
    const { notification } = v3({ vendor: { huawei: { harmony } } }).payload;
    expect(notification).toMatchObject({ sound: 'a.mp3' });
    expect(notification).not.toHaveProperty('soundDuration');
  });

  it('gives a length only to a sound', () => {
    const { notification } = v3({ vendor: { huawei: { harmony: { soundDuration: 5 } } } }).payload;
    expect(notification).not.toHaveProperty('soundDuration');
  });

  it('renders a background push as data alone', () => {
    const given = { background: true, title: '', body: '', collapse: true } as const;
    expect(v3(given)).toEqual({
      payload: { extraData: '{"m":"m-20931"}' },
      pushOptions: { ttl: 86_400, biTag: '77' },
      target: { token: ['tok-1'] },
    });
    expect(rendered(given, V3).pushType).toBe(6);
  });

  it('renders a call as a VoIP push where the app has that', () => {
    const call = { purpose: 'call' } as const;
    expect(rendered(call, V3).pushType).toBe(0);
    expect(rendered(call, { ...V3, voipPush: true }).pushType).toBe(10);
    expect(v3(call, { voipPush: true })).toEqual({
      payload: { extraData: '{"title":"Lin","body":"Are we still on for 7?","m":"m-20931"}' },
      pushOptions: { ttl: 60, biTag: '77' },
      target: { token: ['tok-1'] },
    });
    expect(v3({ ...call, expiresAt: NOW + 1_000 }, { voipPush: true }).pushOptions['ttl']).toBe(30);
    expect(rendered({}, { ...V3, voipPush: true }).pushType).toBe(0);
  });
});

describe('huawei parts that can be left out', () => {
  const changes: Partial<Notification> = { image: 'https://a.example/a.png' };
  const more: Partial<HuaweiCredential> = { highPriorityRight: true, receiptId: 'rc-1' };

  it('are known', () => {
    expect(rendered(changes, { ...V1, ...more }).removable).toEqual(new Set(['high_urgency', 'receipt_id', 'image']));
    expect(rendered(changes, { ...V3, ...more }).removable).toEqual(new Set(['receipt_id', 'image']));
    expect(rendered().removable).toEqual(new Set());
  });

  it('go one by one', () => {
    const whole = v1(changes, more);
    expect(whole.android).toMatchObject({ urgency: 'HIGH', receipt_id: 'rc-1', notification: changes });
    expect(v1(changes, more, ['high_urgency']).android).toEqual({ ...whole.android, urgency: 'NORMAL' });
    expect(v1(changes, more, ['receipt_id']).android).not.toHaveProperty('receipt_id');
    expect(v1(changes, more, ['image']).android.notification).not.toHaveProperty('image');
    expect(v3(changes, more, ['receipt_id']).pushOptions).not.toHaveProperty('receiptId');
    expect(v3(changes, more, ['image']).payload.notification).not.toHaveProperty('image');
    expect(rendered(changes, { ...V1, ...more }, ['image', 'receipt_id', 'high_urgency']).removable.size).toBe(0);
  });
});

describe('huawei size', () => {
  const bytesOf = (changes: Partial<Notification>, credential: HuaweiCredential): number =>
    Buffer.byteLength(bodyFor(rendered(changes, credential), [], notificationWith(changes)));
  const FAMILY = '👨‍👩‍👧‍👦';

  it.each<[string, string]>([
    ['ASCII', 'x'],
    ['Chinese', '下'],
    ['emoji', '😀'],
    ['families', FAMILY],
    ['what JSON escapes', '"\n'],
  ])('cuts a body of %s to fit, on a whole character', (_, unit) => {
    const body = unit.repeat(4_000);
    for (const credential of [V1, V3, { ...V3, voipPush: true }]) {
      const changes = { body, purpose: 'call' } as const;
      const size = bytesOf(changes, credential);
      expect(size).toBeLessThanOrEqual(MAX_BODY_BYTES);
      expect(size).toBeGreaterThan(MAX_BODY_BYTES - 120);
    }
    const shown = String(v1({ body }).android.notification?.['body']);
    expect(shown.endsWith('…')).toBe(true);
    const count = (shown.length - 1) / unit.length;
    expect(unit.repeat(Math.ceil(count)).startsWith(shown.slice(0, -1))).toBe(true);
    if (unit === FAMILY) expect(Number.isInteger(count)).toBe(true);
  });

  it('leaves a body alone that just fits', () => {
    const room = MAX_BODY_BYTES - bytesOf({ body: 'x' }, V1) + 1;
    expect(v1({ body: 'x'.repeat(room) }).android.notification?.['body']).toBe('x'.repeat(room));
    expect(v1({ body: 'x'.repeat(room + 1) }).android.notification?.['body']).toBe(`${'x'.repeat(room - 3)}…`);
  });

  it('cuts copies of the text in the data first, then the body, and leaves room for it beside a long title', () => {
    const long = '下'.repeat(900);
    const copies = v1({ body: long, data: { m: '1', alert: long, push_content: long } });
    expect(copies.android.notification?.['body']).toBe(long);
    expect(copies.data).not.toContain(long);
    const { title, body } = v1({ title: '下'.repeat(3_000), body: long }).android.notification ?? {};
    expect(String(title).length).toBeGreaterThan(300);
    expect(String(body).length).toBeGreaterThan(300);
  });

  it('cuts texts that go out twice or URL-encoded', () => {
    const intent: Partial<HuaweiCredential> = { clickAction: { kind: 'intent', uri: 'intent:#Intent;end' } };
    const changes = { body: '下'.repeat(2_000), data: { alert: '下'.repeat(2_000) } };
    expect(bytesOf(changes, { ...V1, ...intent })).toBeLessThanOrEqual(MAX_BODY_BYTES);
    const big = { ...changes, data: {}, vendor: { huawei: { bigText: true } } };
    expect(bytesOf(big, V1)).toBeLessThanOrEqual(MAX_BODY_BYTES);
    expect(String(v1(big).android.notification?.['big_body']).length).toBeGreaterThan(400);
  });

  it('refuses data that is too large by itself', () => {
    const data = { e: 'x'.repeat(4_000) };
    expect(rendering({ data })).toMatchObject({ kind: 'too_large' });
    expect(rendering({ data }, V3)).toMatchObject({ kind: 'too_large' });
    expect(rendering({ data, background: true })).toMatchObject({ kind: 'too_large' });
  });

  it('holds for any texts and data', () => {
    const text = fc.string({ unit: 'binary', maxLength: 3_000 });
    const key = fc.constantFrom('alert', 'push_title', 'push_content', 'e', 'm');
    const data = fc.dictionary(key, fc.string({ unit: 'binary', maxLength: 1_500 }), { noNullPrototype: true });
    const options = fc.record({ bigText: fc.boolean(), dataAsExtras: fc.boolean() });
    const credentials = fc.constantFrom<HuaweiCredential>(
      V1,
      { ...V1, clickAction: { kind: 'intent', uri: 'intent:#Intent;end' } },
      { ...V1, clickAction: { kind: 'action', action: 'OPEN' } },
      V3,
      { ...V3, voipPush: true },
    );
    const purpose = fc.constantFrom<Notification['purpose']>('chat', 'call');
    fc.assert(
      fc.property(text, text, data, options, credentials, purpose, (title, body, some, huawei, credential, of) => {
        const changes = { title, body, data: some, vendor: { huawei }, purpose: of };
        const payload = rendering(changes, credential);
        if (payload.kind !== 'payload') return;
        const json = bodyFor(payload, [], notificationWith(changes));
        expect(Buffer.byteLength(json)).toBeLessThanOrEqual(MAX_BODY_BYTES);
        expect(JSON.parse(json)).toBeInstanceOf(Object);
      }),
      { numRuns: 300 },
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import type { Notification } from '#libs/contracts';
import { NOW, notificationWith } from '../../test/fixtures.ts';
import { notifyId } from '../notify-id.ts';
import { xiaomiCredentialSchema } from './credentials.ts';
import { xiaomi } from './index.ts';
import { bodyFor, render, type XiaomiContext } from './render.ts';

const LEAST = { appSecret: 'demoAppSecret', packageName: 'org.example.chat', region: 'cn' };
const CONTEXT: XiaomiContext = { now: NOW, jobId: 'm-7f3a', receiptUrl: 'https://push.example.org/rcpt/xiaomi' };
const FAMILY = '👨‍👩‍👧‍👦';
const DAY_MS = 86_400_000;

function renderedWith(
  changes: Partial<Notification> = {},
  credential: Record<string, unknown> = {},
  context: XiaomiContext = CONTEXT,
) {
  return render(notificationWith(changes), xiaomiCredentialSchema.parse({ ...LEAST, ...credential }), context);
}

/** The fields of a call to two tokens, none of them repeated. */
function fieldsOf(...given: Parameters<typeof renderedWith>): Record<string, string> {
  const payload = renderedWith(...given);
  if (payload.kind !== 'payload') throw new Error(payload.kind);
  const entries = [...new URLSearchParams(bodyFor(payload, ['tokA', 'tokB']))];
  const fields = Object.fromEntries(entries);
  expect(Object.keys(fields)).toHaveLength(entries.length);
  return fields;
}

const PRIVATE = { channelId: 'chat_private', templateId: 'T1', titleParameter: 'name', contentParameter: 'text' };

describe('xiaomi render', () => {
  it('renders all of a notification', () => {
    expect(fieldsOf({}, { channelId: 'chat_private' })).toEqual({
      registration_id: 'tokA,tokB',
      restricted_package_name: 'org.example.chat',
      pass_through: '0',
      title: 'Lin',
      description: 'Are we still on for 7?',
      payload: '{"m":"m-20931"}',
      notify_type: '-1',
      notify_id: String(notifyId('m-20931')),
      time_to_live: '86400000',
      'extra.channel_id': 'chat_private',
      'extra.notify_effect': '1',
      'extra.jobkey': '0123456789abcdef0123',
      'extra.callback': 'https://push.example.org/rcpt/xiaomi',
      'extra.callback.param': 'm-7f3a',
      'extra.callback.type': '1267',
    });
  });

  it('encodes as a form does, once', () => {
    const payload = renderedWith({ title: 'Ann', body: 'See you at 7?', data: { conv: 'c42' } });
    if (payload.kind !== 'payload') throw new Error(payload.kind);
    const body = bodyFor(payload, ['tokA', 'tokB']);
    expect(body).toMatch(/^registration_id=tokA%2CtokB&restricted_package_name=org\.example\.chat&pass_through=0&/);
    expect(body).toContain('&title=Ann&description=See+you+at+7%3F&');
    expect(body).toContain('&payload=%7B%22conv%22%3A%22c42%22%7D&');
  });

  it('has neither the receiver nor a time to send in a body that many share', () => {
    const fields = fieldsOf({ receiverKey: 't', clickAction: 'OPEN' });
    expect(fields['payload']).toBe('{"m":"m-20931"}');
    expect(fields).not.toHaveProperty('time_to_send');
    expect(fields).not.toHaveProperty('collapse_key');
  });

  it('sends a background notification as data', () => {
    const credential = { channelId: 'c1', classes: { chat: PRIVATE } };
    expect(fieldsOf({ background: true, title: '', body: '', badge: { kind: 'set', value: 2 } }, credential)).toEqual({
      registration_id: 'tokA,tokB',
      restricted_package_name: 'org.example.chat',
      pass_through: '1',
      payload: '{"m":"m-20931"}',
      time_to_live: '86400000',
      'extra.channel_id': 'chat_private',
      'extra.jobkey': '0123456789abcdef0123',
      'extra.callback': 'https://push.example.org/rcpt/xiaomi',
      'extra.callback.param': 'm-7f3a',
      'extra.callback.type': '1267',
    });
  });

  describe('texts', () => {
    it.each([
      ['ASCII that fits', 'a'.repeat(49), 'a'.repeat(49)],
      ['ASCII', 'a'.repeat(50), 'a'.repeat(48) + '…'],
      ['Chinese that fits', '你'.repeat(49), '你'.repeat(49)],
      ['Chinese', '你'.repeat(50), '你'.repeat(48) + '…'],
      // Two units each.
      ['emoji that fit', '👍'.repeat(24), '👍'.repeat(24)],
      ['emoji', '👍'.repeat(25), '👍'.repeat(24) + '…'],
      // 11 units each, and never split.
      ['families', FAMILY.repeat(8), FAMILY.repeat(4) + '…'],
    ])('cuts a title to 49 characters: %s', (_, title, expected) => {
      expect(fieldsOf({ title })['title']).toBe(expected);
    });

    it.each([
      ['ASCII that fits', 'a'.repeat(127), 'a'.repeat(127)],
      ['ASCII', 'a'.repeat(128), 'a'.repeat(126) + '…'],
      ['Chinese that fits', '你'.repeat(127), '你'.repeat(127)],
      ['Chinese', '你'.repeat(128), '你'.repeat(126) + '…'],
      ['emoji', '👍'.repeat(64), '👍'.repeat(63) + '…'],
      ['families', FAMILY.repeat(12), FAMILY.repeat(11) + '…'],
    ])('cuts a body to 127 characters: %s', (_, body, expected) => {
      expect(fieldsOf({ body })['description']).toBe(expected);
    });

    it.each([
      ['title', { title: ' \n', body: 'hi' }, { title: 'hi', description: 'hi' }],
      ['body', { title: 'Lin', body: '' }, { title: 'Lin', description: 'Lin' }],
    ])('puts the other in place of a blank %s', (_, changes, expected) => {
      expect(fieldsOf(changes)).toMatchObject(expected);
    });

    it('refuses a notification without any text', () => {
      expect(renderedWith({ title: ' ', body: '\t' })).toEqual({ kind: 'empty_text' });
    });
  });

  describe('data', () => {
    it('is an empty object where there is none', () => {
      expect(fieldsOf({ data: {} })['payload']).toBe('{}');
    });

    it('cuts copies of the texts to 4096 bytes', () => {
      const { payload = '' } = fieldsOf({ data: { m: 'm-1', alert: '你'.repeat(2_000) } });
      const data = JSON.parse(payload) as Record<string, string>;
      expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(4_096);
      expect(Buffer.byteLength(payload)).toBeGreaterThan(4_090);
      expect(data).toMatchObject({ m: 'm-1', alert: expect.stringMatching(/^你+…$/) as unknown });
    });

    it.each([
      ['4096 bytes of ASCII', 'x'.repeat(4_096 - 8), true],
      ['4097 bytes of ASCII', 'x'.repeat(4_097 - 8), false],
      ['1362 Chinese characters', '你'.repeat(1_362), true],
      ['1363 Chinese characters', '你'.repeat(1_363), false],
      ['163 families', FAMILY.repeat(163), true],
      ['164 families', FAMILY.repeat(164), false],
    ])('is limited to 4096 bytes: %s', (_, e, fits) => {
      expect(renderedWith({ data: { e } }).kind).toBe(fits ? 'payload' : 'too_large');
    });
  });

  describe('class', () => {
    it.each<[string, Partial<Notification>, Record<string, unknown>, string | undefined]>([
      ['none at all', {}, {}, undefined],
      ['the credential’s', {}, { channelId: 'c0' }, 'c0'],
      ['that of the purpose', {}, { channelId: 'c0', classes: { chat: { channelId: 'c1' } } }, 'c1'],
      ['of another purpose', {}, { channelId: 'c0', classes: { call: { channelId: 'c1' } } }, 'c0'],
      ['the message’s', { vendor: { xiaomi: { channelId: 'c2' } } }, { channelId: 'c0' }, 'c2'],
      ['of a wrong type', { vendor: { xiaomi: { channelId: 7 } } }, { channelId: 'c0' }, 'c0'],
    ])('sends the channel: %s', (_, changes, credential, expected) => {
      expect(fieldsOf(changes, credential)['extra.channel_id']).toBe(expected);
    });

    it('fills the variables of a private template', () => {
      const chat = { ...PRIVATE, parameters: { app: 'Chat' } };
      const fields = fieldsOf({ title: 'Ann 🦄', body: `See you at 7? ${FAMILY}` }, { classes: { chat } });
      expect(fields).toMatchObject({
        title: 'Ann 🦄',
        'extra.channel_id': 'chat_private',
        'extra.template_id': 'T1',
      });
      expect(JSON.parse(fields['extra.template_param'] ?? '')).toEqual({
        app: 'Chat',
        name: 'Ann',
        text: 'See you at 7?',
      });
    });

    it('fills 128 characters of a variable though a title has only 49', () => {
      const { 'extra.template_param': json = '' } = fieldsOf(
        { title: '你'.repeat(200) },
        { classes: { chat: PRIVATE } },
      );
      expect(JSON.parse(json)).toMatchObject({ name: '你'.repeat(127) + '…' });
    });

    it('sends only the variables that the template has', () => {
      const chat = { channelId: 'c1', templateId: 'T1', contentParameter: 'text' };
      expect(fieldsOf({ body: '👍' }, { classes: { chat } })['extra.template_param']).toBe('{"text":"…"}');
    });

    it('leaves the template out with a channel of the message’s own', () => {
      const vendor = { xiaomi: { channelId: 'c2' } };
      const fields = fieldsOf({ vendor }, { classes: { chat: PRIVATE } });
      expect(fields).toMatchObject({ 'extra.channel_id': 'c2' });
      expect(fields).not.toHaveProperty(['extra.template_id']);
      expect(fields).not.toHaveProperty(['extra.template_param']);
    });

    it('keeps the template with the channel that it has anyway', () => {
      const vendor = { xiaomi: { channelId: 'chat_private' } };
      expect(fieldsOf({ vendor }, { classes: { chat: PRIVATE } })).toHaveProperty(['extra.template_id'], 'T1');
    });
  });

  it.each<[string, Partial<Notification>, Record<string, unknown>, number]>([
    ['an hour', { expiresAt: NOW + 3_600_000 }, {}, 3_600_000],
    ['a chat of twelve days', { expiresAt: NOW + 12 * DAY_MS }, {}, 10 * DAY_MS],
    ['a call of twelve days', { purpose: 'call', expiresAt: NOW + 12 * DAY_MS }, {}, 10 * DAY_MS],
    ['a system message of a week', { purpose: 'system', expiresAt: NOW + 7 * DAY_MS }, {}, DAY_MS],
    ['marketing of a week', { purpose: 'marketing', expiresAt: NOW + 7 * DAY_MS }, {}, DAY_MS],
    [
      'a system message of a private template',
      { purpose: 'system', expiresAt: NOW + 7 * DAY_MS },
      { classes: { system: { channelId: 'c1', templateId: 'T1' } } },
      7 * DAY_MS,
    ],
    [
      'a chat in a public channel',
      { expiresAt: NOW + 7 * DAY_MS },
      { classes: { chat: { channelId: 'c1', messageClass: 'public' } } },
      DAY_MS,
    ],
    ['the last moment', { expiresAt: NOW }, {}, 1],
  ])('limits the life: %s', (_, changes, credential, expected) => {
    expect(fieldsOf(changes, credential)['time_to_live']).toBe(String(expected));
  });

  it.each<[string, unknown, unknown, { type: string; uri?: string }]>([
    ['nothing said', undefined, undefined, { type: '-1' }],
    ['the system’s', 'default', undefined, { type: '-1' }],
    ['none', null, undefined, { type: '6' }],
    ['none for Xiaomi', 'ring', null, { type: '6' }],
    ['a resource', 'ring', undefined, { type: '-1', uri: 'android.resource://org.example.chat/raw/ring' }],
    ['a file', 'raw/ring.mp3', undefined, { type: '-1', uri: 'android.resource://org.example.chat/raw/ring' }],
    ['Xiaomi’s own', 'ring', 'bell', { type: '-1', uri: 'android.resource://org.example.chat/raw/bell' }],
    ['no resource’s name', 'my ring!', undefined, { type: '-1' }],
  ])('sounds: %s', (_, sound, own, { type, uri }) => {
    const fields = fieldsOf({
      ...(sound === undefined ? {} : { sound: sound as string | null }),
      vendor: own === undefined ? {} : { xiaomi: { sound: own } },
    });
    expect([fields['notify_type'], fields['extra.sound_uri']]).toEqual([type, uri]);
  });

  it.each<[string, Partial<Notification>, Record<string, unknown>, Record<string, string>]>([
    ['the app', {}, { kind: 'app' }, { notify_effect: '1' }],
    ['the app’s callback', {}, { kind: 'callback' }, {}],
    [
      'an activity',
      {},
      { kind: 'activity', activity: 'org.example.chat.Main$Inner' },
      {
        notify_effect: '2',
        intent_uri: 'intent:#Intent;component=org.example.chat/org.example.chat.Main%24Inner;end',
      },
    ],
    [
      'an action',
      {},
      { kind: 'action', action: 'org.example.OPEN;x' },
      { notify_effect: '2', intent_uri: 'intent:#Intent;action=org.example.OPEN%3Bx;package=org.example.chat;end' },
    ],
    ['an intent', {}, { kind: 'intent', uri: 'chat://open' }, { notify_effect: '2', intent_uri: 'chat://open' }],
    [
      'a page',
      {},
      { kind: 'url', url: 'https://example.org/' },
      { notify_effect: '3', web_uri: 'https://example.org/' },
    ],
    [
      'the notification’s action',
      { clickAction: 'OPEN_CHAT' },
      { kind: 'app' },
      { notify_effect: '2', intent_uri: 'intent:#Intent;action=OPEN_CHAT;package=org.example.chat;end' },
    ],
    [
      'the message’s action for Xiaomi',
      { clickAction: 'OPEN_CHAT', vendor: { xiaomi: { clickAction: 'OPEN_MI' } } },
      { kind: 'app' },
      { notify_effect: '2', intent_uri: 'intent:#Intent;action=OPEN_MI;package=org.example.chat;end' },
    ],
    [
      'not what a message could lead elsewhere with',
      { vendor: { xiaomi: { clickAction: 'intent:#Intent;component=org.other/.Pay;end' } } },
      { kind: 'app' },
      { notify_effect: '1' },
    ],
  ])('opens %s', (_, changes, clickAction, expected) => {
    const fields = fieldsOf(changes, { clickAction });
    const click = ['notify_effect', 'intent_uri', 'web_uri'].flatMap((key) => {
      const value = fields[`extra.${key}`];
      return value === undefined ? [] : [[key, value]];
    });
    expect(Object.fromEntries(click)).toEqual(expected);
  });

  it.each<[Notification['badge'], string | undefined]>([
    [{ kind: 'set', value: 3 }, '3'],
    [{ kind: 'set', value: 0 }, '0'],
    [{ kind: 'add', value: 1 }, undefined],
    [{ kind: 'none' }, undefined],
  ])('sends a badge that is set: %j', (badge, expected) => {
    expect(fieldsOf({ badge })['extra.badge']).toBe(expected);
  });

  it('sends the tenant’s own pairs along', () => {
    const extra = { notify_foreground: '0', tenant: '值' };
    expect(fieldsOf({}, { extra })).toMatchObject({ 'extra.notify_foreground': '0', 'extra.tenant': '值' });
  });

  describe('receipts', () => {
    const NAMES = ['extra.callback', 'extra.callback.param', 'extra.callback.type'];

    it('are not asked for without an address', () => {
      const fields = fieldsOf({}, {}, { now: NOW, jobId: 'm-7f3a' });
      for (const name of NAMES) expect(fields).not.toHaveProperty([name]);
    });

    it.each([
      ['64 bytes', 'j'.repeat(64), true],
      ['65 bytes', 'j'.repeat(65), false],
      ['none', '', false],
    ])('name the job if its id has at most 64 bytes: %s', (_, jobId, named) => {
      const fields = fieldsOf({}, {}, { ...CONTEXT, jobId });
      expect(fields['extra.callback.param']).toBe(named ? jobId : undefined);
      expect(fields['extra.callback.type']).toBe('1267');
    });
  });

  it('repeats the ids of a message, whatever job it is sent by', () => {
    const first = fieldsOf({}, {}, { ...CONTEXT, jobId: 'a' });
    const second = fieldsOf({}, {}, { ...CONTEXT, now: NOW + 60_000, jobId: 'b' });
    for (const key of ['extra.jobkey', 'notify_id']) expect(second[key]).toBe(first[key]);
    expect(first['extra.jobkey']).toMatch(/^[0-9A-Za-z-][\w-]{0,19}$/);
  });

  it('hashes what does not belong to a job or an address', () => {
    const plain = xiaomiCredentialSchema.parse(LEAST);
    const redirected = { ...plain, callbackUrl: 'https://push.example.org/other' };
    const hashed = xiaomi.payloadHash(notificationWith(), plain, NOW);
    expect(hashed).toMatch(/^[0-9a-f]{64}$/);
    expect(xiaomi.payloadHash(notificationWith(), redirected, NOW)).toBe(hashed);
    expect(xiaomi.payloadHash(notificationWith({ body: 'x' }), plain, NOW)).not.toBe(hashed);
  });
});

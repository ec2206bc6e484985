import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Notification, Target } from '#libs/contracts';
import { NOW, notificationWith, pemOf, RSA, targetWith } from '../../test/fixtures.ts';
import { fcmCredentialSchema, type FcmCredential } from './credentials.ts';
import { MAX_PAYLOAD_BYTES } from './limits.ts';
import { bodyFor, render, type FcmPayload } from './render.ts';

const CREDENTIAL = fcmCredentialSchema.parse({
  project_id: 'demo-chat-41',
  client_email: 'push@demo-chat-41.iam.example.com',
  private_key: pemOf(RSA),
});

interface Message {
  token: string;
  notification?: Record<string, unknown>;
  data?: Record<string, string>;
  android: Record<string, unknown> & { notification?: Record<string, unknown> };
  fcm_options?: unknown;
}

function rendered(changes: Partial<Notification>, credential: Partial<FcmCredential> = {}): FcmPayload {
  const payload = render(notificationWith(changes), { ...CREDENTIAL, ...credential }, NOW);
  if (payload.kind === 'too_large') throw new Error(`${payload.size} bytes`);
  return payload;
}

function messageOf(
  changes: Partial<Notification> = {},
  credential: Partial<FcmCredential> = {},
  target: Partial<Target> = {},
): Message {
  const body = bodyFor(rendered(changes, credential), targetWith({ token: 'tok:1', ...target }));
  const { message, ...rest } = JSON.parse(body.toString()) as { message: Message };
  expect(rest).toEqual({});
  return message;
}

describe('fcm render', () => {
  it('renders a notification with data', () => {
    const changes = { image: 'https://example.com/a.png', clickAction: 'OPEN_CHAT', receiverKey: 't' };
    expect(messageOf(changes, { channelId: 'im_msg', packageName: 'im.example.chat' })).toEqual({
      token: 'tok:1',
      notification: { title: 'Lin', body: 'Are we still on for 7?', image: 'https://example.com/a.png' },
      data: { m: 'm-20931', t: 'rob' },
      android: {
        priority: 'HIGH',
        ttl: '86400s',
        restricted_package_name: 'im.example.chat',
        notification: { channel_id: 'im_msg', tag: 'm-20931', sound: 'default', click_action: 'OPEN_CHAT' },
      },
    });
  });

  it('leaves data out in the style notification', () => {
    const message = messageOf({ receiverKey: 't' }, { style: 'notification' });
    expect(message).not.toHaveProperty('data');
    expect(message).toHaveProperty('notification');
  });

  it('leaves the notification out in the style data', () => {
    const data = { alert: 'Lin: hi', m: 'm-1' };
    expect(messageOf({ data, receiverKey: 't' }, { style: 'data' })).toEqual({
      token: 'tok:1',
      data: { alert: 'Lin: hi', m: 'm-1', t: 'rob' },
      android: { priority: 'HIGH', ttl: '86400s' },
    });
  });

  it('adds title and body to data that has no text of its own', () => {
    expect(messageOf({}, { style: 'data' }).data).toEqual({
      title: 'Lin',
      body: 'Are we still on for 7?',
      m: 'm-20931',
    });
    expect(messageOf({ data: { title: 'custom' } }, { style: 'data' }).data).toEqual({
      title: 'custom',
      body: 'Are we still on for 7?',
    });
  });

  describe('with classes', () => {
    const classes: FcmCredential['classes'] = {
      call: { channelId: 'calls', notificationPriority: 'max' },
      marketing: { priority: 'normal', notificationPriority: 'low' },
    };
    const android = (changes: Partial<Notification>) => messageOf(changes, { channelId: 'im_msg', classes }).android;

    it.each([
      ['chat', 'HIGH', 'im_msg', undefined],
      ['call', 'HIGH', 'calls', 'PRIORITY_MAX'],
      ['marketing', 'NORMAL', 'im_msg', 'PRIORITY_LOW'],
    ] as const)('renders each purpose in its own way: %s', (purpose, priority, channel, shownPriority) => {
      expect(android({ purpose })).toMatchObject({ priority, notification: { channel_id: channel } });
      expect(android({ purpose }).notification?.['notification_priority']).toBe(shownPriority);
    });

    it('lets the message say otherwise', () => {
      const fcm = { priority: 'high', channelId: 'own', notificationPriority: 'min' };
      const own = { priority: 'HIGH', notification: { channel_id: 'own', notification_priority: 'PRIORITY_MIN' } };
      expect(android({ purpose: 'marketing', vendor: { fcm } })).toMatchObject(own);
    });

    it('leaves what shows nothing at normal priority', () => {
      const high: FcmCredential['classes'] = { chat: { priority: 'high' } };
      expect(messageOf({ background: true }, { classes: high }).android).toMatchObject({ priority: 'NORMAL' });
    });

    it('refuses what a class cannot say', () => {
      for (const chat of [
        { priority: 'urgent' },
        { notificationPriority: 'top' },
        { category: 'IM' },
        { channelId: '' },
      ]) {
        expect(fcmCredentialSchema.safeParse({ ...CREDENTIAL, classes: { chat } }).success).toBe(false);
      }
      expect(fcmCredentialSchema.safeParse({ ...CREDENTIAL, classes }).success).toBe(true);
    });
  });

  it('renders a background push as data of normal priority', () => {
    expect(messageOf({ background: true, badge: { kind: 'set', value: 3 } })).toEqual({
      token: 'tok:1',
      data: { m: 'm-20931' },
      android: { priority: 'NORMAL', ttl: '86400s' },
    });
  });

  it('renders a message with no data at all', () => {
    expect(messageOf({ data: {} })).not.toHaveProperty('data');
    expect(messageOf({ data: {}, receiverKey: 't' }).data).toEqual({ t: 'rob' });
  });

  it.each<[string, number, string]>([
    ['whole seconds', 1_999, '1s'],
    ['none for what has expired', -5_000, '0s'],
    ['four weeks at most', 5_000_000_000, '2419200s'],
  ])('lives for %s', (_, ms, ttl) => {
    expect(messageOf({ expiresAt: NOW + ms }).android['ttl']).toBe(ttl);
  });

  it('collapses in storage only when the sender asked for it', () => {
    expect(messageOf({ collapse: true }).android).toMatchObject({ collapse_key: 'm-20931' });
    expect(messageOf({ collapse: false }).android).not.toHaveProperty('collapse_key');
  });

  it.each<[string, Notification['badge'], number | null, number | undefined]>([
    ['a figure that is set', { kind: 'set', value: 4 }, null, 4],
    ['no figure for 0, which FCM takes for one more', { kind: 'set', value: 0 }, null, undefined],
    ['the target’s figure where it is known', { kind: 'add', value: 1 }, 6, 6],
    ['no figure where the launcher counts', { kind: 'add', value: 1 }, null, undefined],
    ['none', { kind: 'none' }, 6, undefined],
    ['no more than 32 bits, which FCM would refuse', { kind: 'set', value: 2 ** 40 }, null, 2 ** 31 - 1],
  ])('counts %s', (_, badge, known, expected) => {
    const { notification } = messageOf({ badge }, {}, { badge: known }).android;
    expect(notification?.['notification_count']).toBe(expected);
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['title', { title: 'T' }, { notification: { title: 'T' } }],
    ['body', { body: 'B' }, { notification: { body: 'B' } }],
    ['image', { image: 'https://example.com/b.png' }, { notification: { image: 'https://example.com/b.png' } }],
    ['channelId', { channelId: 'calls' }, { android: { notification: { channel_id: 'calls' } } }],
    ['priority', { priority: 'normal' }, { android: { priority: 'NORMAL' } }],
    ['sound', { sound: 'ding' }, { android: { notification: { sound: 'ding' } } }],
    ['clickAction', { clickAction: 'A' }, { android: { notification: { click_action: 'A' } } }],
    ['icon', { icon: 'i' }, { android: { notification: { icon: 'i' } } }],
    ['color', { color: '#aabbcc' }, { android: { notification: { color: '#aabbcc' } } }],
    ['ticker', { ticker: 'x' }, { android: { notification: { ticker: 'x' } } }],
    ['visibility', { visibility: 'secret' }, { android: { notification: { visibility: 'SECRET' } } }],
    [
      'notificationPriority',
      { notificationPriority: 'max' },
      { android: { notification: { notification_priority: 'PRIORITY_MAX' } } },
    ],
    ['options', { options: { analytics_label: 'l', other: 1 } }, { fcm_options: { analytics_label: 'l' } }],
    ['fcmOptions', { fcmOptions: { analytics_label: 'l' } }, { fcm_options: { analytics_label: 'l' } }],
  ])('takes the option %s', (_, options, expected) => {
    expect(messageOf({ vendor: { fcm: options } })).toMatchObject(expected);
  });

  it('takes the style from the message before the credential', () => {
    expect(messageOf({ vendor: { fcm: { style: 'data' } } })).not.toHaveProperty('notification');
  });

  it.each([
    [
      'values that do not exist',
      { priority: 'top', visibility: 'x', notificationPriority: 'x', color: 'red', style: 'x' },
    ],
    ['values of other types', { title: 1, sound: {}, options: 'x', channelId: null }],
    ['unknown keys', { topic: 'x', proxy: 'DENY' }],
  ])('ignores %s', (_, options) => {
    expect(messageOf({ vendor: { fcm: options } })).toEqual(messageOf());
  });

  it('plays no sound when told so', () => {
    expect(messageOf({ sound: null }).android.notification).not.toHaveProperty('sound');
    expect(messageOf({ sound: 'a', vendor: { fcm: { sound: null } } }).android.notification).not.toHaveProperty(
      'sound',
    );
  });

  it('renames data keys that FCM reserves, without losing others', () => {
    const data = { from: '1', message_type: '2', googleX: '3', gcm: '4', fromage: '5', _from: '6' };
    expect(messageOf({ data }).data).toEqual({
      _from: '6',
      _message_type: '2',
      _googleX: '3',
      _gcm: '4',
      fromage: '5',
    });
  });

  it('does not let data stand in for the receiver', () => {
    expect(messageOf({ data: { t: 'forged' }, receiverKey: 't' }).data).toEqual({ t: 'rob' });
  });

  it('refuses data that is too large by itself', () => {
    expect(render(notificationWith({ data: { e: 'x'.repeat(5_000) } }), CREDENTIAL, NOW).kind).toBe('too_large');
  });

  it('never exceeds the limit, is valid JSON, and keeps beginnings of the texts', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 3_000 }),
      fc.string({ unit: fc.constantFrom('你', '"', '👨‍👩‍👧‍👦', 'e\u0301', '\n'), maxLength: 3_000 }),
    );
    const keys = fc.constantFrom('alert', 'push_title', 'push_content', 'title', 'body', 'm', 'from', 't');
    const changes = fc.record({
      title: text,
      body: text,
      background: fc.boolean(),
      badge: fc.constantFrom({ kind: 'add', value: 1 } as const, { kind: 'none' } as const),
      data: fc.dictionary(keys, text, { maxKeys: 4 }),
    });
    const style = fc.constantFrom('notification', 'data', 'both');
    const receiver = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((name) => name.length <= 128);
    fc.assert(
      fc.property(changes, style, receiver, fc.nat(999), (some, chosen, name, badge) => {
        const notification = notificationWith({ ...some, receiverKey: 't' });
        const payload = render(notification, { ...CREDENTIAL, style: chosen }, NOW);
        if (payload.kind === 'too_large') return;
        const target = targetWith({ receiver: name, badge, token: 'tok' });
        const { message } = JSON.parse(bodyFor(payload, target).toString()) as { message: Message };
        const { notification: shown, data, android } = message;
        const counted = JSON.stringify({ notification: shown, data, android });
        expect(Buffer.byteLength(counted)).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
        const body = shown?.['body'] ?? notification.body;
        if (typeof body === 'string' && body !== notification.body && body !== '') {
          expect(body.endsWith('…') && notification.body.startsWith(body.slice(0, -1))).toBe(true);
        }
        if (data !== undefined) expect(data['t']).toBe(name);
      }),
      { numRuns: 200 },
    );
  });
});

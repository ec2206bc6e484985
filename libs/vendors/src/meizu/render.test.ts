import { describe, expect, it } from '@jest/globals';
import type { Notification } from '#libs/contracts';
import { notificationWith, NOW } from '../../test/fixtures.ts';
import { meizuCredentialSchema, type MeizuCredential } from './credentials.ts';
import { render, type RenderContext } from './render.ts';

const CREDENTIAL = meizuCredentialSchema.parse({ appId: '100001', appSecret: 'demoAppSecret' });
const HOUR_MS = 3_600_000;

interface Message {
  noticeBarInfo: Record<string, unknown>;
  clickTypeInfo: Record<string, unknown>;
  pushTimeInfo: Record<string, unknown>;
  advanceInfo: Record<string, unknown>;
  extra?: Record<string, unknown>;
}

function rendered(
  changes: Partial<Notification> = {},
  credential: Partial<MeizuCredential> = {},
  context: Partial<RenderContext> = {},
) {
  const given = { now: NOW, jobId: 'job-1', receiptUrl: undefined, ...context };
  return render(notificationWith(changes), { ...CREDENTIAL, receipts: true, ...credential }, given);
}

function messageOf(...given: Parameters<typeof rendered>): Message {
  const payload = rendered(...given);
  if (payload.kind !== 'payload') throw new Error(payload.kind);
  return JSON.parse(payload.messageJson) as Message;
}

describe('meizu render', () => {
  it('renders a notification with data', () => {
    const { advanceInfo, ...message } = messageOf(
      { receiverKey: 't', badge: { kind: 'set', value: 3 } },
      {},
      { receiptUrl: 'https://push.example.org/receipts/meizu/1' },
    );
    expect(message).toEqual({
      noticeBarInfo: { noticeMsgType: 1, noticeBarType: 0, title: 'Lin', content: 'Are we still on for 7?' },
      clickTypeInfo: { clickType: 0, parameters: { m: 'm-20931' } },
      pushTimeInfo: { offLine: 1, validTime: 24 },
      extra: {
        callback: 'https://push.example.org/receipts/meizu/1',
        'callback.param': 'job-1',
        'callback.type': 3,
      },
    });
    expect(Object.keys(advanceInfo)).toEqual(['notifyKey']);
  });

  it('gives a repeated message the key of the first, and others another', () => {
    const key = messageOf().advanceInfo['notifyKey'];
    expect(key).toMatch(/^[0-9a-zA-Z_-]{8}$/);
    expect(messageOf().advanceInfo['notifyKey']).toBe(key);
    expect(messageOf({ collapseId: 'other' }).advanceInfo['notifyKey']).not.toBe(key);
  });

  it.each<[Notification['purpose'], number]>([
    ['chat', 1],
    ['call', 1],
    ['system', 1],
    ['marketing', 0],
  ])('sends %s as message type %i', (purpose, type) => {
    expect(messageOf({ purpose }).noticeBarInfo['noticeMsgType']).toBe(type);
  });

  it('takes the message type from the message, then from the credential', () => {
    const classes = { chat: { noticeMsgType: 0 } } as const;
    expect(messageOf({}, { classes }).noticeBarInfo['noticeMsgType']).toBe(0);
    const vendor = { meizu: { noticeMsgType: 1 } };
    expect(messageOf({ vendor }, { classes }).noticeBarInfo['noticeMsgType']).toBe(1);
  });

  it.each<[string, number, unknown]>([
    ['hours, rounded up', 90 * 60_000, { offLine: 1, validTime: 2 }],
    ['an hour at least', 1, { offLine: 1, validTime: 1 }],
    ['exactly an hour', HOUR_MS, { offLine: 1, validTime: 1 }],
    ['three days at most', 100 * HOUR_MS, { offLine: 1, validTime: 72 }],
    ['not beyond the moment when no life is left', 0, { offLine: 0 }],
  ])('lives for %s', (_, ms, expected) => {
    expect(messageOf({ expiresAt: NOW + ms }).pushTimeInfo).toEqual(expected);
  });

  it.each<[string, MeizuCredential['clickAction'], unknown]>([
    ['the app', { kind: 'app' }, { clickType: 0, parameters: { m: 'm-20931' } }],
    [
      'an activity',
      { kind: 'activity', activity: 'com.demo.Chat' },
      { clickType: 1, activity: 'com.demo.Chat', parameters: { m: 'm-20931' } },
    ],
    ['a page', { kind: 'url', url: 'https://example.com/' }, { clickType: 2, url: 'https://example.com/' }],
  ])('opens %s', (_, clickAction, expected) => {
    expect(messageOf({}, { clickAction }).clickTypeInfo).toEqual(expected);
  });

  it('opens the message’s activity before the credential’s', () => {
    const vendor = { meizu: { clickActivity: 'com.demo.Chat' } };
    expect(messageOf({ vendor }).clickTypeInfo).toMatchObject({ clickType: 1, activity: 'com.demo.Chat' });
  });

  it('leaves out data that says nothing', () => {
    expect(messageOf({ data: {} }).clickTypeInfo).toEqual({ clickType: 0 });
  });

  it('switches the sound off, and says nothing of sounds that Meizu cannot play', () => {
    const silent = { vibrate: 1, lights: 1, sound: 0 };
    expect(messageOf({ sound: null }).advanceInfo['notificationType']).toEqual(silent);
    expect(messageOf({ sound: 'ding' }).advanceInfo).not.toHaveProperty('notificationType');
  });

  it('ignores what it does not understand', () => {
    const vendor = { meizu: { noticeMsgType: '0', clickActivity: 'not a class', other: true } };
    expect(messageOf({ vendor })).toEqual(messageOf());
  });

  it('says that it cannot push in the background', () => {
    expect(rendered({ background: true })).toEqual({ kind: 'background_unsupported' });
  });

  it('never names a receiver', () => {
    expect(JSON.stringify(messageOf({ receiverKey: 't' }))).not.toContain('rob');
  });
});

describe('meizu callback', () => {
  it('is named only when the operator has registered it', () => {
    const receiptUrl = 'https://push.example.org/receipts/meizu/1';
    expect(messageOf({}, { receipts: false }, { receiptUrl })).not.toHaveProperty('extra');
    expect(messageOf({}, {}, { receiptUrl }).extra).toMatchObject({ callback: receiptUrl });
  });

  const urlOf = (bytes: number): string => `https://push.example.org/${'x'.repeat(bytes - 25)}`;

  it('is the credential’s own before the installation’s', () => {
    const receiptUrl = 'https://push.example.org/receipts/meizu/1';
    const callbackUrl = 'https://example.org/own';
    expect(messageOf({}, { callbackUrl }, { receiptUrl }).extra).toMatchObject({ callback: callbackUrl });
    expect(messageOf()).not.toHaveProperty('extra');
  });

  it('is left out when it is longer than 128 bytes', () => {
    expect(messageOf({}, {}, { receiptUrl: urlOf(128) }).extra).toMatchObject({ callback: urlOf(128) });
    expect(rendered({}, {}, { receiptUrl: urlOf(128) })).toMatchObject({ callbackTooLong: false });
    expect(messageOf({}, {}, { receiptUrl: urlOf(129) })).not.toHaveProperty('extra');
    expect(rendered({}, {}, { receiptUrl: urlOf(129) })).toMatchObject({ callbackTooLong: true });
  });

  it('names the job if it has at most 64 bytes', () => {
    const receiptUrl = urlOf(64);
    const parameterOf = (jobId: string) => messageOf({}, {}, { receiptUrl, jobId }).extra?.['callback.param'];
    expect(parameterOf('j'.repeat(64))).toBe('j'.repeat(64));
    expect(parameterOf('j'.repeat(65))).toBeUndefined();
    expect(parameterOf('')).toBeUndefined();
  });
});

describe('meizu texts', () => {
  it.each([
    ['Latin', 'a'],
    ['Chinese', '汉'],
  ])('are cut to 32 and 100 %s characters', (_, character) => {
    expect(messageOf({ title: character.repeat(32), body: character.repeat(100) }).noticeBarInfo).toMatchObject({
      title: character.repeat(32),
      content: character.repeat(100),
    });
    expect(messageOf({ title: character.repeat(33), body: character.repeat(101) }).noticeBarInfo).toMatchObject({
      title: `${character.repeat(31)}…`,
      content: `${character.repeat(99)}…`,
    });
  });

  it('are never cut inside an emoji of several characters', () => {
    const family = '👨‍👩‍👧‍👦';
    // Eleven UTF-16 units each: the third would end in the 33rd.
    expect(messageOf({ title: family.repeat(3) }).noticeBarInfo['title']).toBe(`${family.repeat(2)}…`);
    expect(messageOf({ title: '😀'.repeat(17) }).noticeBarInfo['title']).toBe(`${'😀'.repeat(15)}…`);
  });

  it('stand in for each other', () => {
    expect(messageOf({ title: ' ' }).noticeBarInfo['title']).toBe('Are we still on for 7?');
    expect(messageOf({ body: '' }).noticeBarInfo['content']).toBe('Lin');
    expect(rendered({ title: '', body: ' ' })).toEqual({ kind: 'empty_text' });
  });
});

describe('meizu payload', () => {
  const bytes = (changes: Partial<Notification>): number => {
    const payload = rendered(changes);
    if (payload.kind !== 'payload') throw new Error(payload.kind);
    return Buffer.byteLength(payload.messageJson);
  };

  it.each([
    ['Latin', 'a'],
    ['Chinese', '汉'],
    ['emoji', '😀'],
    ['quotes', '"'],
  ])('is cut to 4000 bytes, copies of texts in the data first: %s', (_, character) => {
    const data = { m: 'm-1', alert: character.repeat(4_000), push_content: character.repeat(3_000) };
    expect(bytes({ data })).toBeLessThanOrEqual(4_000);
    expect(bytes({ data })).toBeGreaterThan(3_990);
    const { clickTypeInfo, noticeBarInfo } = messageOf({ data });
    expect(noticeBarInfo).toMatchObject({ title: 'Lin', content: 'Are we still on for 7?' });
    expect(clickTypeInfo['parameters']).toMatchObject({ m: 'm-1', push_content: '' });
  });

  it('is too large when the data alone is', () => {
    expect(rendered({ data: { e: 'x'.repeat(4_000) } })).toMatchObject({ kind: 'too_large' });
  });

  it('is too large when no word of the text would be left', () => {
    const room = 4_000 - bytes({ title: 'x', body: 'x', data: { e: '' } });
    const data = { e: 'x'.repeat(room) };
    expect(bytes({ title: 'x', body: 'x', data })).toBe(4_000);
    expect(rendered({ title: 'xxxx', body: 'xxxx', data })).toMatchObject({ kind: 'too_large' });
  });
});

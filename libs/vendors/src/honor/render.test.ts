import { describe, expect, it } from '@jest/globals';
import type { Notification } from '#libs/contracts';
import { manyTargets, notificationWith, NOW } from '../../test/fixtures.ts';
import { notifyId } from '../notify-id.ts';
import { honorCredentialSchema, type HonorCredential } from './credentials.ts';
import { bodyFor, render } from './render.ts';

const CREDENTIAL = honorCredentialSchema.parse({ appId: '104556677', clientId: '2206', clientSecret: 's' });

interface Body {
  token: string[];
  data?: string;
  android: { ttl: string; biTag?: string; targetUserType?: number; notification?: Record<string, unknown> };
}

function bodyOf(changes: Partial<Notification> = {}, credential: Partial<HonorCredential> = {}, jobId = 'job-1'): Body {
  const payload = render(notificationWith(changes), { ...CREDENTIAL, ...credential }, { now: NOW, jobId });
  if (payload.kind !== 'payload') throw new Error(payload.kind);
  return JSON.parse(bodyFor(payload, manyTargets(2))) as Body;
}

function shownOf(changes: Partial<Notification> = {}, credential: Partial<HonorCredential> = {}) {
  return bodyOf(changes, credential).android.notification ?? {};
}

describe('honor render', () => {
  it('renders a notification with data', () => {
    const badgeClass = 'com.demo.chat.MainActivity';
    const changes = { image: 'https://example.com/a.png', badge: { kind: 'set', value: 4 } as const, receiverKey: 't' };
    expect(bodyOf(changes, { badgeClass })).toEqual({
      token: manyTargets(2).map(({ token }) => token),
      data: '{"m":"m-20931"}',
      android: {
        ttl: '86400s',
        biTag: 'job-1',
        notification: {
          title: 'Lin',
          body: 'Are we still on for 7?',
          clickAction: { type: 3 },
          image: 'https://example.com/a.png',
          importance: 'NORMAL',
          badge: { setNum: 4, badgeClass },
          notifyId: notifyId('m-20931'),
          group: 'conv-8812',
        },
      },
    });
  });

  it('renders a background push as data alone', () => {
    expect(bodyOf({ background: true, title: '', body: '' })).toEqual({
      token: manyTargets(2).map(({ token }) => token),
      data: '{"m":"m-20931"}',
      android: { ttl: '86400s', biTag: 'job-1' },
    });
    expect(bodyOf({ background: true, data: {} }).data).toBe('{}');
  });

  it('leaves out data that says nothing and a job that has no name', () => {
    expect(bodyOf({ data: {} })).not.toHaveProperty('data');
    expect(bodyOf({}, {}, '').android).not.toHaveProperty('biTag');
  });

  it('says the same for a repeated message', () => {
    expect(bodyOf()).toEqual(bodyOf());
    expect(shownOf({ collapseId: 'other' })['notifyId']).not.toBe(shownOf()['notifyId']);
  });

  it.each<[string, number, string]>([
    ['whole seconds', 90_999, '90s'],
    ['a second at least', 1, '1s'],
    ['15 days at most', 5_000_000_000, '1296000s'],
  ])('lives for %s', (_, ms, ttl) => {
    expect(bodyOf({ expiresAt: NOW + ms }).android.ttl).toBe(ttl);
  });

  it.each<[Notification['purpose'], string]>([
    ['chat', 'NORMAL'],
    ['call', 'NORMAL'],
    ['system', 'NORMAL'],
    ['marketing', 'LOW'],
  ])('sends %s as %s', (purpose, importance) => {
    expect(shownOf({ purpose })['importance']).toBe(importance);
  });

  it('takes the importance from the message, then from the credential', () => {
    const classes = { chat: { importance: 'LOW' } } as const;
    expect(shownOf({}, { classes })['importance']).toBe('LOW');
    expect(shownOf({ vendor: { honor: { importance: 'NORMAL' } } }, { classes })['importance']).toBe('NORMAL');
  });

  it('sends everything as LOW without the classification right', () => {
    const changes = { vendor: { honor: { importance: 'NORMAL' } } };
    expect(shownOf(changes, { hasClassificationRight: false })['importance']).toBe('LOW');
  });

  it.each<[string, HonorCredential['clickAction'], unknown]>([
    ['the app', { kind: 'app' }, { type: 3 }],
    ['an action', { kind: 'action', action: 'com.demo.OPEN' }, { type: 1, action: 'com.demo.OPEN' }],
    ['an intent', { kind: 'intent', uri: 'demo://chat' }, { type: 1, intent: 'demo://chat' }],
    ['a page', { kind: 'url', url: 'https://example.com' }, { type: 2, url: 'https://example.com' }],
  ])('opens %s', (_, clickAction, expected) => {
    expect(shownOf({}, { clickAction })['clickAction']).toEqual(expected);
  });

  it('opens what the message says before what the credential says', () => {
    const clickAction = { kind: 'app' } as const;
    expect(shownOf({ clickAction: 'A' }, { clickAction })['clickAction']).toEqual({ type: 1, action: 'A' });
    const changes = { clickAction: 'A', vendor: { honor: { clickAction: 'B' } } };
    expect(shownOf(changes)['clickAction']).toEqual({ type: 1, action: 'B' });
  });

  it.each<[string, Notification['badge'], unknown]>([
    ['a figure', { kind: 'set', value: 0 }, { setNum: 0 }],
    ['no figure above 99', { kind: 'set', value: 999 }, { setNum: 99 }],
    ['one more', { kind: 'add', value: 1 }, { addNum: 1 }],
    ['no more than 99 more', { kind: 'add', value: 120 }, { addNum: 99 }],
  ])('counts %s', (_, badge, expected) => {
    const badgeClass = 'com.demo.Main';
    expect(shownOf({ badge }, { badgeClass })['badge']).toEqual({ ...(expected as object), badgeClass });
    expect(shownOf({ badge })).not.toHaveProperty('badge');
  });

  it('repeats the texts in big text', () => {
    expect(shownOf({ vendor: { honor: { style: 1 } } })).toMatchObject({
      style: 1,
      bigTitle: 'Lin',
      bigBody: 'Are we still on for 7?',
    });
  });

  it.each([
    [0, true, undefined],
    [1, false, 1],
    [undefined, true, 1],
    [undefined, false, undefined],
    ['1', false, undefined],
  ])('reads the kind of user %p where testMode is %p', (targetUserType, testMode, expected) => {
    const body = bodyOf({ vendor: { honor: { targetUserType } } }, { testMode });
    expect(body.android.targetUserType).toBe(expected);
  });

  it('ignores what it does not understand', () => {
    const honor = { importance: 'HIGH', image: 'http://example.com/a.png', clickAction: 7, style: 'big', other: true };
    expect(bodyOf({ vendor: { honor } })).toEqual(bodyOf());
  });

  it('never names a receiver', () => {
    expect(JSON.stringify(bodyOf({ receiverKey: 't' }))).not.toContain('rob');
  });
});

describe('honor texts', () => {
  it.each([
    ['Latin', 'a'],
    ['Chinese', '汉'],
  ])('are cut to 40 and 256 %s characters', (_, character) => {
    expect(shownOf({ title: character.repeat(40), body: character.repeat(256) })).toMatchObject({
      title: character.repeat(40),
      body: character.repeat(256),
    });
    expect(shownOf({ title: character.repeat(41), body: character.repeat(257) })).toMatchObject({
      title: `${character.repeat(39)}…`,
      body: `${character.repeat(255)}…`,
    });
  });

  it('are never cut inside an emoji of several characters', () => {
    const family = '👨‍👩‍👧‍👦';
    // Eleven UTF-16 units each: the fourth would end in the 44th.
    expect(shownOf({ title: family.repeat(4) })['title']).toBe(`${family.repeat(3)}…`);
    expect(shownOf({ title: '😀'.repeat(21) })['title']).toBe(`${'😀'.repeat(19)}…`);
  });

  it('stand in for each other', () => {
    expect(shownOf({ title: ' ' })).toMatchObject({ title: 'Are we still on for 7?', body: 'Are we still on for 7?' });
    expect(shownOf({ body: '' })).toMatchObject({ title: 'Lin', body: 'Lin' });
    const blank = notificationWith({ title: '', body: ' ' });
    expect(render(blank, CREDENTIAL, { now: NOW, jobId: '' })).toEqual({ kind: 'empty_text' });
  });
});

describe('honor payload', () => {
  const bytes = (changes: Partial<Notification>): number => {
    const payload = render(notificationWith(changes), CREDENTIAL, { now: NOW, jobId: 'job-1' });
    if (payload.kind !== 'payload') throw new Error(payload.kind);
    return Buffer.byteLength(`{"token":[],${payload.members}`);
  };

  it.each([
    ['Latin', 'a'],
    ['Chinese', '汉'],
    ['emoji', '😀'],
    ['quotes, which take four bytes in JSON within JSON', '"'],
  ])('is cut to 4000 bytes, copies of texts in the data first: %s', (_, character) => {
    const data = { m: 'm-1', alert: character.repeat(4_000), push_content: character.repeat(3_000) };
    const size = bytes({ data });
    expect(size).toBeLessThanOrEqual(4_000);
    expect(size).toBeGreaterThan(3_980);
    const body = bodyOf({ data });
    expect(body.android.notification).toMatchObject({ title: 'Lin', body: 'Are we still on for 7?' });
    expect(JSON.parse(body.data ?? '')).toMatchObject({ m: 'm-1', push_content: '' });
  });

  it('fits when the data leaves little room for texts, also in big text', () => {
    const changes = {
      title: '汉'.repeat(40),
      body: '汉'.repeat(256),
      data: { e: 'x'.repeat(3_200) },
      vendor: { honor: { style: 1 } },
    };
    expect(bytes(changes)).toBeLessThanOrEqual(4_000);
    const { title, body, bigTitle, bigBody } = shownOf(changes);
    expect([bigTitle, bigBody]).toEqual([title, body]);
    expect(title).toBe('汉'.repeat(40));
    expect(String(body)).toMatch(/^汉+…$/);
  });

  it('is too large when the data alone is', () => {
    const notification = notificationWith({ data: { e: 'x'.repeat(4_000) } });
    expect(render(notification, CREDENTIAL, { now: NOW, jobId: '' })).toMatchObject({ kind: 'too_large' });
  });

  it('is too large when no word of the text would be left', () => {
    const room = 4_000 - bytes({ title: 'x', body: 'x', data: { e: '' } });
    const data = { e: 'x'.repeat(room) };
    expect(bytes({ title: 'x', body: 'x', data })).toBe(4_000);
    const notification = notificationWith({ title: 'xxxx', body: 'xxxx', data });
    expect(render(notification, CREDENTIAL, { now: NOW, jobId: 'job-1' })).toMatchObject({ kind: 'too_large' });
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Notification, Target } from '#libs/contracts';
import { NOW, notificationWith, targetWith } from '../../test/fixtures.ts';
import { MAX_PAYLOAD_BYTES } from './limits.ts';
import { bodyFor, render, type ApnsPayload } from './render.ts';

function rendered(changes: Partial<Notification> = {}): ApnsPayload {
  const payload = render(notificationWith(changes));
  if (payload.kind === 'too_large') throw new Error(`${payload.size} bytes`);
  return payload;
}

function bodyOf(changes: Partial<Notification> = {}, target: Partial<Target> = {}): unknown {
  return JSON.parse(bodyFor(rendered(changes), targetWith(target)).toString());
}

describe('apns render', () => {
  it('renders an alert', () => {
    expect(bodyOf({ subtitle: 'Team', badge: { kind: 'set', value: 4 } })).toEqual({
      aps: {
        alert: { title: 'Lin', subtitle: 'Team', body: 'Are we still on for 7?' },
        badge: 4,
        sound: 'default',
        'thread-id': 'conv-8812',
      },
      m: 'm-20931',
    });
    expect(rendered()).toMatchObject({
      pushType: 'alert',
      priority: '10',
      expiration: String(NOW / 1_000 + 86_400),
      collapseId: 'm-20931',
    });
  });

  it('renders a background push without alert, badge and sound, at priority 5', () => {
    const changes = { background: true, badge: { kind: 'set', value: 1 } as const, image: 'https://example.com/a.png' };
    expect(bodyOf(changes)).toEqual({ aps: { 'content-available': 1 }, m: 'm-20931' });
    expect(rendered(changes)).toMatchObject({ pushType: 'background', priority: '5' });
    expect(bodyOf({ vendor: { apns: { background: true, title: 'x' } } })).toEqual({
      aps: { 'content-available': 1 },
      m: 'm-20931',
    });
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['title', { title: 'Other' }, { alert: { title: 'Other', body: 'Are we still on for 7?' } }],
    ['subtitle', { subtitle: 'Sub' }, { alert: { title: 'Lin', subtitle: 'Sub', body: 'Are we still on for 7?' } }],
    ['sound', { sound: 'ding.caf' }, { sound: 'ding.caf' }],
    ['category', { category: 'REPLY' }, { category: 'REPLY' }],
    ['threadId', { threadId: 't' }, { 'thread-id': 't' }],
    ['targetContentId', { targetContentId: 'w' }, { 'target-content-id': 'w' }],
    ['interruptionLevel', { interruptionLevel: 'time-sensitive' }, { 'interruption-level': 'time-sensitive' }],
    ['relevanceScore', { relevanceScore: 0.5 }, { 'relevance-score': 0.5 }],
    ['mutableContent', { mutableContent: true }, { 'mutable-content': 1 }],
    ['mutableContent as 1', { mutableContent: 1 }, { 'mutable-content': 1 }],
    ['contentAvailable', { contentAvailable: true }, { 'content-available': 1 }],
  ])('takes the option %s', (_, options, expected) => {
    expect(bodyOf({ vendor: { apns: options } })).toMatchObject({ aps: expected });
  });

  it.each([
    ['a level that does not exist', { interruptionLevel: 'loud' }],
    ['a score out of range', { relevanceScore: 2 }],
    ['values of other types', { title: 7, sound: {}, category: [], mutableContent: 'yes', contentAvailable: 0 }],
    ['unknown keys', { badge: 'x', voip: true }],
  ])('ignores %s', (_, options) => {
    expect(bodyOf({ vendor: { apns: options } })).toEqual(bodyOf());
  });

  it.each<[string, Partial<Notification>, string | undefined]>([
    ['the default when nothing is said', {}, 'default'],
    ['the notification’s', { sound: 'a.caf' }, 'a.caf'],
    ['none when the notification says null', { sound: null }, undefined],
    ['none when the option says null', { sound: 'a.caf', vendor: { apns: { sound: null } } }, undefined],
  ])('plays %s', (_, changes, sound) => {
    const { aps } = bodyOf(changes) as { aps: { sound?: string } };
    expect(aps.sound).toBe(sound);
  });

  it('puts an image beside aps and wakes the service extension for it', () => {
    expect(bodyOf({ image: 'https://example.com/a.png', data: { image: 'custom' } })).toMatchObject({
      aps: { 'mutable-content': 1 },
      image: 'https://example.com/a.png',
    });
  });

  it('passes the click action on as data', () => {
    expect(bodyOf({ clickAction: 'OPEN_CHAT' })).toMatchObject({ click_action: 'OPEN_CHAT' });
  });

  it('does not let data stand in for aps or the receiver', () => {
    expect(bodyOf({ data: { aps: 'x', t: 'forged' }, receiverKey: 't' })).toEqual({
      aps: expect.objectContaining({ sound: 'default' }) as unknown,
      t: 'rob',
    });
  });

  it('fills in each target’s badge and receiver', () => {
    const changes = { badge: { kind: 'add', value: 1 } as const, receiverKey: 't' };
    expect(bodyOf(changes, { badge: 4, receiver: 'r"ü' })).toMatchObject({ aps: { badge: 4 }, t: 'r"ü' });
    expect(bodyOf(changes, { badge: null })).not.toHaveProperty('aps.badge');
  });

  it('sends the figure 0, which clears the badge', () => {
    expect(bodyOf({ badge: { kind: 'set', value: 0 } })).toMatchObject({ aps: { badge: 0 } });
  });

  it.each([
    ['a usable id as it is', 'conv-8812', /^conv-8812$/],
    ['the hash of a long one', 'x'.repeat(65), /^[\w-]{43}$/],
    ['the hash of one that cannot be a header', '会话', /^[\w-]{43}$/],
  ])('collapses under %s', (_, collapseId, expected) => {
    expect(rendered({ collapseId }).collapseId).toMatch(expected);
  });

  it('cuts the body, then the title, to fit', () => {
    const payload = bodyOf({ title: 'T'.repeat(100), body: '你'.repeat(2_000) }) as {
      aps: { alert: { title: string; body: string } };
    };
    expect(payload.aps.alert.title).toBe('T'.repeat(100));
    expect(payload.aps.alert.body).toMatch(/^你+…$/);
    expect(Buffer.byteLength(JSON.stringify(payload))).toBeGreaterThan(MAX_PAYLOAD_BYTES - 4);
    const long = bodyOf({ title: 'T'.repeat(5_000) }) as typeof payload;
    expect(long.aps.alert.title).toMatch(/^T+…$/);
    expect(long.aps.alert.body).toBe('');
  });

  it('cuts the copies of the text in the data before the text itself', () => {
    const text = 'x'.repeat(3_000);
    const payload = bodyOf({ body: text, data: { alert: text, push_title: 'P', m: 'm-1' } }) as {
      aps: { alert: { body: string } };
      alert: string;
    };
    expect(payload.aps.alert.body).toBe(text);
    expect(payload).toMatchObject({ push_title: 'P', m: 'm-1' });
    expect(payload.alert).toMatch(/^x+…$/);
  });

  it('refuses data that is too large by itself', () => {
    expect(render(notificationWith({ data: { e: 'x'.repeat(5_000) } }))).toMatchObject({ kind: 'too_large' });
  });

  it('never exceeds the limit, is valid JSON, and keeps beginnings of the texts', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 3_000 }),
      fc.string({ unit: fc.constantFrom('你', '"', '👨‍👩‍👧‍👦', 'e\u0301', '\n'), maxLength: 3_000 }),
    );
    const changes = fc.record({
      title: text,
      body: text,
      background: fc.boolean(),
      badge: fc.constantFrom({ kind: 'add', value: 1 } as const, { kind: 'none' } as const),
      data: fc.dictionary(fc.constantFrom('alert', 'push_title', 'push_content', 'm', 'aps', 't'), text, {
        maxKeys: 3,
      }),
    });
    const receiver = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((name) => name.length <= 128);
    fc.assert(
      fc.property(changes, text, receiver, fc.nat(999), (some, subtitle, name, badge) => {
        const notification = notificationWith({ ...some, subtitle, receiverKey: 't' });
        const payload = render(notification);
        if (payload.kind === 'too_large') return;
        const body = bodyFor(payload, targetWith({ receiver: name, badge }));
        expect(body.length).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
        const parsed = JSON.parse(body.toString()) as { t: string; aps: { alert?: { body: string } } };
        expect(parsed.t).toBe(name);
        const shown = parsed.aps.alert?.body ?? notification.body;
        if (shown !== notification.body && shown !== '') {
          expect(shown.endsWith('…') && notification.body.startsWith(shown.slice(0, -1))).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });
});

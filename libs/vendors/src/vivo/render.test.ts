import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Notification } from '#libs/contracts';
import { NOW, notificationWith } from '../../test/fixtures.ts';
import { notifyId } from '../notify-id.ts';
import { vivoCredentialSchema } from './credentials.ts';
import { MAX_PAYLOAD_BYTES } from './limits.ts';
import { render, type RenderContext, type VivoPayload } from './render.ts';

const FIELDS = { appId: '10001', appKey: 'demoAppKey', appSecret: 'demoAppSecret' };
const CONTEXT: RenderContext = { now: NOW, jobId: '4711', receiptUrl: 'https://push.example.org/receipts/vivo/k' };
const FAMILY = '👨‍👩‍👧‍👦';

function rendered(
  changes: Partial<Notification> = {},
  fields: Record<string, unknown> = {},
  context: Partial<RenderContext> = {},
): VivoPayload {
  const credential = vivoCredentialSchema.parse({ ...FIELDS, ...fields });
  const payload = render(notificationWith(changes), credential, { ...CONTEXT, ...context });
  if (payload.kind !== 'payload') throw new Error(payload.kind);
  return payload;
}

/** The fields that are expected, absent ones as undefined. */
function fieldsOf(body: Readonly<Record<string, unknown>>, expected: object): Record<string, unknown> {
  return Object.fromEntries(Object.keys(expected).map((key) => [key, body[key]]));
}

describe('vivo render', () => {
  it('renders the body of a single push', () => {
    expect(rendered().single).toEqual({
      appId: 10_001,
      notifyType: 4,
      title: 'Lin',
      content: 'Are we still on for 7?',
      timeToLive: 86_400,
      skipType: 1,
      networkType: -1,
      classification: 1,
      category: 'IM',
      clientCustomMap: { m: 'm-20931' },
      pushMode: 0,
      notifyId: notifyId('m-20931'),
      foregroundShow: false,
      extra: { callback: 'https://push.example.org/receipts/vivo/k', 'callback.param': '4711' },
    });
  });

  it('renders the same for a list, but for the receipts that only single pushes may ask for', () => {
    const { single, list } = rendered();
    expect(list).toEqual({ ...single, extra: undefined });
  });

  it('never puts a receiver into a body, which many share', () => {
    expect(rendered({ receiverKey: 't', data: { t: 'rob', m: 'm-1' } }).single['clientCustomMap']).toEqual({
      m: 'm-1',
    });
    expect(rendered({ data: {} }).single).not.toHaveProperty('clientCustomMap');
  });

  it.each<[string, string, number, number]>([
    ['ASCII', 'x', 40, 100],
    ['Chinese', '会', 40, 100],
    ['emoji, counted as two', '😀', 20, 50],
    ['families, never split', FAMILY, 3, 9],
  ])('cuts title and content of %s', (_, unit, inTitle, inContent) => {
    const shown = (title: number, content: number) => {
      const { single } = rendered({ title: unit.repeat(title), body: unit.repeat(content) });
      return [single['title'], single['content']];
    };
    expect(shown(inTitle, inContent)).toEqual([unit.repeat(inTitle), unit.repeat(inContent)]);
    for (const cut of shown(inTitle + 1, inContent + 1)) {
      expect(cut).toMatch(new RegExp(`^(?:${unit})+…$`, 'u'));
    }
  });

  it('fills a blank title or body from the other, for vivo refuses empty ones', () => {
    expect(rendered({ title: ' ' }).single).toMatchObject({ title: 'Are we still on for 7?' });
    expect(rendered({ body: '' }).single).toMatchObject({ content: 'Lin' });
  });

  it.each<[string, Partial<Notification>]>([
    ['background_unsupported', { background: true }],
    ['empty_text', { title: '', body: ' ' }],
    ['too_large', { data: { e: 'x'.repeat(1_024) } }],
    ['too_large', { data: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`k${index}`, 'x'])) }],
  ])('gives up with %s', (kind, changes) => {
    const payload = render(notificationWith(changes), vivoCredentialSchema.parse(FIELDS), CONTEXT);
    expect(payload).toMatchObject({ kind });
  });

  it('takes 1024 characters of data, and cuts copies of the texts to fit', () => {
    const data = { e: 'x'.repeat(900), alert: '会'.repeat(118) };
    expect(rendered({ data }).single['clientCustomMap']).toEqual(data);
    const longer = rendered({ data: { ...data, alert: '会'.repeat(119) } }).single['clientCustomMap'];
    expect(longer).toEqual({ ...data, alert: `${'会'.repeat(117)}…` });
  });

  it('takes 10 pairs of data, and leaves copies of the texts out of more', () => {
    const own = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`k${index}`, 'x']));
    const ten = { ...own, alert: 'a' };
    expect(rendered({ data: ten }).single['clientCustomMap']).toEqual(ten);
    const twelve = { ...ten, push_title: 't', push_content: 'c' };
    expect(rendered({ data: twelve }).single['clientCustomMap']).toEqual({ ...own, push_title: 't' });
  });

  it.each<[string, number, number, number]>([
    ['at least a minute alone, a quarter of an hour in a list', 1_000, 60, 900],
    ['what is left', 3_600_999, 3_600, 3_600],
    ['a day at most', 604_800_000, 86_400, 86_400],
  ])('lives for %s', (_, ms, single, list) => {
    const payload = rendered({ expiresAt: NOW + ms });
    expect([payload.single.timeToLive, payload.list.timeToLive]).toEqual([single, list]);
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['app', {}, { skipType: 1, skipContent: undefined }],
    ['url', { url: 'https://example.com/c' }, { skipType: 2, skipContent: 'https://example.com/c' }],
    ['intent', { uri: 'chat://c/42' }, { skipType: 4, skipContent: 'chat://c/42' }],
    ['activity', { activity: 'im.example.Main' }, { skipType: 4, skipContent: 'im.example.Main' }],
  ])('opens the %s of the credential, unless the message names a page', (kind, rest, expected) => {
    const fields = { clickAction: { kind, ...rest } };
    expect(fieldsOf(rendered({}, fields).single, expected)).toEqual(expected);
    const own = rendered({ vendor: { vivo: { clickActivity: 'im.example.Chat' } } }, fields).single;
    expect(own).toMatchObject({ skipType: 4, skipContent: 'im.example.Chat' });
  });

  it.each<[Notification['purpose'], 0 | 1, string | undefined]>([
    ['chat', 1, 'IM'],
    ['call', 1, 'IM'],
    ['system', 1, undefined],
    ['marketing', 0, undefined],
  ])('sends %s as the class that is usual for it', (purpose, classification, category) => {
    const { single, list } = rendered({ purpose });
    expect(fieldsOf(single, { classification, category })).toEqual({ classification, category });
    expect(fieldsOf(list, { classification, category })).toEqual({ classification, category });
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>, Record<string, unknown>]>([
    ['the class’s category', { chat: { category: 'ORDER' } }, {}, { classification: 1, category: 'ORDER' }],
    [
      'no category where the class has none',
      { chat: { category: null } },
      {},
      { classification: 1, category: undefined },
    ],
    [
      'the message’s category, of whatever class',
      {},
      { category: 'ORDER' },
      { classification: undefined, category: 'ORDER' },
    ],
    [
      'the message’s class without a category of the other',
      {},
      { classification: 0 },
      { classification: 0, category: undefined },
    ],
    ['the message’s pair', {}, { classification: 0, category: 'NEWS' }, { classification: 0, category: 'NEWS' }],
    ['a pair that the credential has', {}, { category: 'IM' }, { classification: 1, category: 'IM' }],
    ['no class that vivo does not know', {}, { classification: 2 }, { classification: 1, category: 'IM' }],
  ])('sends %s', (_, classes, options, expected) => {
    const { single } = rendered({ vendor: { vivo: options } }, { classes });
    expect(fieldsOf(single, expected)).toEqual(expected);
  });

  it.each<[string, Partial<Notification>, Record<string, unknown>, number]>([
    ['sound and vibration', {}, {}, 4],
    ['what the credential says', {}, { notifyType: 2 }, 2],
    ['what the class says', {}, { notifyType: 2, classes: { chat: { notifyType: 3 } } }, 3],
    ['neither when the message wants no sound', { sound: null }, { notifyType: 2 }, 1],
    ['what the message says', { sound: null, vendor: { vivo: { notifyType: 3 } } }, {}, 3],
  ])('alerts by %s', (_, changes, fields, notifyType) => {
    expect(rendered(changes, fields).single['notifyType']).toBe(notifyType);
  });

  it('asks for receipts by the console’s id, in lists too', () => {
    const { single, list } = rendered({}, { callbackId: '17' });
    for (const { extra } of [single, list]) expect(extra).toEqual({ 'callback.id': '17', 'callback.param': '4711' });
  });

  it.each<[string, Record<string, unknown>, Partial<RenderContext>]>([
    ['in test mode', { testMode: true }, {}],
    ['without an address', {}, { receiptUrl: undefined }],
    ['at an address that is too long', {}, { receiptUrl: `https://push.example.org/${'x'.repeat(128)}` }],
  ])('asks for none %s', (_, fields, context) => {
    expect(rendered({}, fields, context).single).not.toHaveProperty('extra');
  });

  it('sends to test devices in test mode', () => {
    expect(rendered({}, { testMode: true }).list).toMatchObject({ pushMode: 1 });
  });

  it('keeps every limit whatever the texts and data are', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 300 });
    fc.assert(
      fc.property(text, text, fc.dictionary(fc.string(), text), (title, body, data) => {
        fc.pre(title.trim() !== '' || body.trim() !== '');
        const credential = vivoCredentialSchema.parse(FIELDS);
        const payload = render(notificationWith({ title, body, data }), credential, CONTEXT);
        if (payload.kind !== 'payload') return payload.kind === 'too_large';
        const { title: shownTitle, content, clientCustomMap = {} } = payload.single;
        const pairs = Object.entries(clientCustomMap as Record<string, string>);
        return (
          String(shownTitle).length <= 40 &&
          String(content).length <= 100 &&
          pairs.length <= 10 &&
          pairs.flat().join('').length <= 1_024 &&
          Buffer.byteLength(JSON.stringify(payload.single)) <= MAX_PAYLOAD_BYTES
        );
      }),
    );
  });
});

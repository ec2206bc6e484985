import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Notification } from '#libs/contracts';
import { NOW, notificationWith } from '../../test/fixtures.ts';
import { notifyId } from '../notify-id.ts';
import { oppoCredentialSchema } from './credentials.ts';
import { MAX_PAYLOAD_BYTES } from './limits.ts';
import { messageFor, render, type RenderContext } from './render.ts';

const FIELDS = { appKey: 'demoAppKey', masterSecret: 'demoMasterSecret' };
const CONTEXT: RenderContext = { now: NOW, jobId: '4711', receiptUrl: 'https://push.example.org/receipts/oppo/k' };
const TARGET = { token: 'OPPO_CN_0123456789abcdef0123456789abcdef', receiver: 'rob' };
const FAMILY = '👨‍👩‍👧‍👦';

interface Message {
  target_type: number;
  target_value: string;
  verify_registration_id: boolean;
  notification: Record<string, unknown> & { title: string; content: string; action_parameters: string };
}

function jsonOf(
  changes: Partial<Notification>,
  fields: Record<string, unknown>,
  context: Partial<RenderContext>,
): string {
  const credential = oppoCredentialSchema.parse({ ...FIELDS, ...fields });
  const payload = render(notificationWith(changes), credential, { ...CONTEXT, ...context });
  if (payload.kind !== 'payload') throw new Error(payload.kind);
  return messageFor(payload, TARGET);
}

function shown(
  changes: Partial<Notification> = {},
  fields: Record<string, unknown> = {},
  context: Partial<RenderContext> = {},
): Message['notification'] {
  return (JSON.parse(jsonOf(changes, fields, context)) as Message).notification;
}

/** The fields that are expected, absent ones as undefined. */
function fieldsOf(notification: Readonly<Record<string, unknown>>, expected: object): Record<string, unknown> {
  return Object.fromEntries(Object.keys(expected).map((key) => [key, notification[key]]));
}

const parametersOf = (...given: Parameters<typeof shown>): unknown => JSON.parse(shown(...given).action_parameters);

describe('oppo render', () => {
  it('renders the message object of one target', () => {
    const json = jsonOf({ receiverKey: 't', subtitle: 'Team' }, { channelId: 'chat' }, {});
    expect(JSON.parse(json)).toEqual({
      target_type: 2,
      target_value: TARGET.token,
      verify_registration_id: true,
      notification: {
        app_message_id: '0123456789abcdef0123',
        style: 1,
        title: 'Lin',
        sub_title: 'Team',
        content: 'Are we still on for 7?',
        click_action_type: 0,
        off_line: true,
        off_line_ttl: 86_400,
        notify_id: notifyId('m-20931'),
        channel_id: 'chat',
        category: 'IM',
        notify_level: 2,
        call_back_url: 'https://push.example.org/receipts/oppo/k',
        call_back_parameter: '4711',
        action_parameters: '{"m":"m-20931","t":"rob"}',
      },
    });
  });

  it.each<[string, string, number, number, string]>([
    ['ASCII', 'x', 50, 51, `${'x'.repeat(49)}…`],
    ['Chinese', '会', 50, 51, `${'会'.repeat(49)}…`],
    ['emoji, which count one', '😀', 50, 51, `${'😀'.repeat(49)}…`],
    ['families, never split', FAMILY, 7, 8, `${FAMILY.repeat(7)}…`],
  ])('cuts title and content of %s at 50 characters', (_, unit, fits, over, cut) => {
    const [whole, long] = [unit.repeat(fits), unit.repeat(over)];
    expect(shown({ title: whole, body: whole })).toMatchObject({ title: whole, content: whole });
    expect(shown({ title: long, body: long })).toMatchObject({ title: cut, content: cut });
  });

  it('cuts the content later where the credential or the style says so, and the subtitle at 10', () => {
    const body = 'x'.repeat(300);
    expect(shown({ body }, { contentCharacters: 200 }).content).toHaveLength(200);
    expect(shown({ body, vendor: { oppo: { style: 2 } } }, { contentCharacters: 200 })).toMatchObject({
      style: 2,
      content: `${'x'.repeat(127)}…`,
    });
    expect(shown({ subtitle: 'x'.repeat(11) })['sub_title']).toBe(`${'x'.repeat(9)}…`);
  });

  it('fills a blank title or body from the other, for OPPO requires both', () => {
    expect(shown({ title: ' ' })).toMatchObject({ title: 'Are we still on for 7?' });
    expect(shown({ body: '' })).toMatchObject({ title: 'Lin', content: 'Lin' });
  });

  it.each<[string, Partial<Notification>]>([
    ['background_unsupported', { background: true }],
    ['empty_text', { title: '', body: ' ' }],
    ['too_large', { data: { e: 'x'.repeat(4_000) } }],
  ])('gives up with %s', (kind, changes) => {
    const payload = render(notificationWith(changes), oppoCredentialSchema.parse(FIELDS), CONTEXT);
    expect(payload).toMatchObject({ kind });
  });

  it('keeps action_parameters within 4000 characters by cutting copies of the texts', () => {
    const data = { e: 'x'.repeat(3_000), alert: '会'.repeat(900), push_content: 'y'.repeat(900) };
    const fitted = parametersOf({ data, receiverKey: 't' }) as Record<string, string>;
    expect(fitted).toMatchObject({ e: data.e, push_content: '', t: 'rob' });
    expect(fitted['alert']).toMatch(/^会+…$/);
    expect(shown({ data, receiverKey: 't' }).action_parameters.length).toBeLessThanOrEqual(4_000);
  });

  it('makes JSON text of data that is empty or of the receiver alone', () => {
    expect(parametersOf({ data: {} })).toEqual({});
    expect(parametersOf({ data: {}, receiverKey: 't' })).toEqual({ t: 'rob' });
    expect(parametersOf({ data: { t: 'someone else' }, receiverKey: 't' })).toEqual({ t: 'rob' });
  });

  it.each<[string, number, number]>([
    ['whole seconds', 1_999, 1],
    ['one second at least', 10, 1],
    ['ten days at most', 5_000_000_000, 864_000],
  ])('lives for %s', (_, ms, ttl) => {
    expect(shown({ expiresAt: NOW + ms })).toMatchObject({ off_line_ttl: ttl });
  });

  it.each<[string, Notification['badge'], Record<string, unknown>]>([
    ['a figure that is set', { kind: 'set', value: 4 }, { badge_operation_type: 0, badge_message_count: 4 }],
    ['none for 0', { kind: 'set', value: 0 }, { badge_operation_type: 0, badge_message_count: 0 }],
    ['all above 99 alike', { kind: 'set', value: 2_000 }, { badge_operation_type: 0, badge_message_count: 100 }],
    ['one more', { kind: 'add', value: 3 }, { badge_operation_type: 1, badge_message_count: undefined }],
    ['nothing', { kind: 'none' }, { badge_operation_type: undefined }],
  ])('shows as a badge %s', (_, badge, expected) => {
    expect(fieldsOf(shown({ badge }), expected)).toEqual(expected);
    expect(shown({ badge }, { badge: false })).not.toHaveProperty('badge_operation_type');
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['app', {}, { click_action_type: 0 }],
    ['action', { action: 'im.example.OPEN' }, { click_action_type: 1, click_action_activity: 'im.example.OPEN' }],
    ['url', { url: 'https://example.com/c' }, { click_action_type: 2, click_action_url: 'https://example.com/c' }],
    ['activity', { activity: 'im.example.Main' }, { click_action_type: 4, click_action_activity: 'im.example.Main' }],
    ['intent', { uri: 'chat://c/42' }, { click_action_type: 5, click_action_url: 'chat://c/42' }],
  ])('opens the %s of the credential', (kind, rest, expected) => {
    expect(shown({}, { clickAction: { kind, ...rest } })).toMatchObject(expected);
  });

  it('opens what the message names rather than the credential', () => {
    const fields = { clickAction: { kind: 'url', url: 'https://example.com/' } };
    const vendor = { oppo: { clickActivity: 'im.example.Chat' } };
    expect(shown({ clickAction: 'im.example.OPEN' }, fields)).toMatchObject({
      click_action_type: 1,
      click_action_activity: 'im.example.OPEN',
    });
    expect(shown({ clickAction: 'im.example.OPEN', vendor }, fields)).toMatchObject({
      click_action_type: 4,
      click_action_activity: 'im.example.Chat',
    });
  });

  it.each<[Notification['purpose'], unknown, unknown]>([
    ['chat', 'IM', 2],
    ['call', 'IM', 2],
    ['system', undefined, undefined],
    ['marketing', 'MARKETING', undefined],
  ])('sends %s as the class that is usual for it', (purpose, category, level) => {
    expect([shown({ purpose })['category'], shown({ purpose })['notify_level']]).toEqual([category, level]);
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>, Record<string, unknown>]>([
    ['the class’s channel', { channelId: 'a', classes: { chat: { channelId: 'b' } } }, {}, { channel_id: 'b' }],
    ['the message’s channel', { classes: { chat: { channelId: 'b' } } }, { channelId: 'c' }, { channel_id: 'c' }],
    ['the class’s level', { classes: { chat: { notifyLevel: 16 } } }, {}, { category: 'IM', notify_level: 16 }],
    ['the message’s level', {}, { notifyLevel: 1 }, { category: 'IM', notify_level: 1 }],
    ['no level that OPPO does not know', {}, { notifyLevel: 3 }, { notify_level: 2 }],
    [
      'no level without a category',
      { classes: { chat: { category: null } } },
      { notifyLevel: 2 },
      { notify_level: undefined },
    ],
    ['no level of another category', {}, { category: 'ORDER' }, { category: 'ORDER', notify_level: undefined }],
    ['the message’s pair', {}, { category: 'ORDER', notifyLevel: 1 }, { category: 'ORDER', notify_level: 1 }],
    [
      'the class’s template, with the texts in its parameters',
      { classes: { chat: { privateTemplateId: 't1', privateTitleParameter: 'who', privateContentParameter: 'what' } } },
      {},
      {
        private_msg_template_id: 't1',
        private_title_parameters: '{"who":"Lin"}',
        private_content_parameters: '{"what":"Are we still on for 7?"}',
      },
    ],
    [
      'the message’s template with its own parameters',
      { classes: { chat: { privateTemplateId: 't1', privateTitleParameter: 'who' } } },
      { privateTemplateId: 't2', privateContentParameters: { n: '3' } },
      { private_msg_template_id: 't2', private_title_parameters: undefined, private_content_parameters: '{"n":"3"}' },
    ],
  ])('sends %s', (_, fields, options, expected) => {
    expect(fieldsOf(shown({ vendor: { oppo: options } }, fields), expected)).toEqual(expected);
  });

  it('gives marketing neither a level nor a template, which are for the service class', () => {
    const vendor = { oppo: { notifyLevel: 16, privateTemplateId: 't' } };
    const notification = shown({ purpose: 'marketing', vendor });
    expect(notification).not.toHaveProperty('notify_level');
    expect(notification).not.toHaveProperty('private_msg_template_id');
  });

  it('asks for receipts where the credential says, and only if the address is short enough', () => {
    expect(shown({}, { callbackUrl: 'https://other.example.org/r' })).toMatchObject({
      call_back_url: 'https://other.example.org/r',
    });
    const silent = [
      shown({}, {}, { receiptUrl: undefined }),
      shown({}, {}, { receiptUrl: `https://${'x'.repeat(200)}` }),
    ];
    for (const notification of silent) {
      expect(notification).not.toHaveProperty('call_back_url');
      expect(notification).not.toHaveProperty('call_back_parameter');
    }
  });

  it('keeps every limit whatever the texts and data are', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 300 });
    fc.assert(
      fc.property(text, text, text, fc.dictionary(fc.string(), text), (title, body, subtitle, data) => {
        fc.pre(title.trim() !== '' || body.trim() !== '');
        const json = jsonOf({ title, body, subtitle, data, receiverKey: 't' }, {}, {});
        const { notification } = JSON.parse(json) as Message;
        const lengths = [notification.title, notification.content].map((value) => Array.from(value).length);
        return (
          lengths.every((length) => length >= 1 && length <= 50) &&
          notification.action_parameters.length <= 4_000 &&
          Buffer.byteLength(json) <= MAX_PAYLOAD_BYTES
        );
      }),
    );
  });
});

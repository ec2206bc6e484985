import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  CHAT_TYPES,
  DIALECTS,
  MESSAGE_TYPES,
  MODES,
  policySchema,
  PRESENCES,
  type DeviceFacts,
  type MessageEvent,
  type Policy,
  type ReceiverFacts,
  type Template,
  type TokenFacts,
  type UserFacts,
} from '#libs/contracts';
import { compositionKey } from '../src/compose/choice.ts';
import { compose } from '../src/compose/compose.ts';
import { decide } from '../src/decide.ts';
import { prepareEvent } from '../src/prepare-event.ts';
import { DAY, NOW } from './fixtures.ts';

/** Stands in every text of a message and nowhere else. */
const SECRET = 'SECRET';

const name = fc.constantFrom('R', 'S', 'u1', 'u2');
const sound = fc.constantFrom(null, 'ping.caf', 'push.no_sound', 'default', '');
const templateName = fc.constantFrom('default', 't1', 't2', 'nosuch');
const language = fc.constantFrom('', 'fr', 'zh-Hans', 'zh', 'de', 'x');
const instant = fc.integer({ min: NOW - 8 * DAY, max: NOW + 8 * DAY });
const interval = fc.oneof(
  fc.constantFrom('21:30-08:00', '00:00-00:00', '09:00-09:00', '8:5-15:30', '24:00-08:00', 'soon', ''),
  fc.tuple(fc.nat(23), fc.nat(59), fc.nat(23), fc.nat(59)).map(([h1, m1, h2, m2]) => `${h1}:${m1}-${h2}:${m2}`),
);
const zone = fc.constantFrom('UTC', 'Asia/Shanghai', 'Europe/Berlin', 'Asia/Kathmandu', 'Mars/Phobos', '');
const pieces = fc.constantFrom('{0}', '{1}', '{$msg}', '{$fromNickname}', '{$dynamicFrom}', '{$other}', '$&', ' ', 'a');
const pattern = fc.array(pieces, { maxLength: 6 }).map((parts) => parts.join(''));

/** Patterns and arguments in which the app's owner does not ask for the message's text. */
const discreet = pattern.map((text) => text.replaceAll('{$msg}', ''));

function templatesOf(texts: fc.Arbitrary<string>): fc.Arbitrary<ReadonlyMap<string, Template>> {
  const one = fc.record({ name: templateName, titlePattern: texts, contentPattern: texts });
  return fc
    .array(one, { maxLength: 4 })
    .map((list) => new Map(list.filter((t) => t.name !== 'nosuch').map((t) => [t.name, t])));
}

const lenientFlag = fc.constantFrom(true, false, 1, 0, 'YES', 'no', 'true', null, {});

/** Extensions with the known keys, some of a wrong type. */
function extOf(texts: fc.Arbitrary<string>): fc.Arbitrary<Record<string, unknown>> {
  const list = fc.oneof(fc.constantFrom('all', 'ALL', 'nobody'), fc.array(name), fc.jsonValue());
  const values = fc.oneof(fc.array(fc.oneof(texts, fc.integer(), fc.constant(null))), fc.constant(1));
  const template = fc.record(
    {
      name: templateName,
      title_args: values,
      content_args: values,
      directed_template: fc.record(
        { target: fc.array(name), name: templateName, title_args: values, content_args: values },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  );
  const ids = fc.array(fc.constantFrom('d1', 'd2', 'c1', 'c2'), { maxLength: 2 });
  return fc.record(
    {
      em_ignore_notification: lenientFlag,
      em_force_notification: lenientFlag,
      em_at_list: list,
      em_push_filter: fc.oneof(
        fc.record({ accept_device_id: ids, ignore_device_id: ids, accept_notifier_name: ids }, { requiredKeys: [] }),
        fc.jsonValue(),
      ),
      em_push_template: fc.oneof(template, fc.jsonValue()),
      em_push_ext: fc.oneof(fc.record({ title: texts, custom: fc.jsonValue() }, { requiredKeys: [] }), fc.jsonValue()),
      em_apns_ext: fc.oneof(
        fc.record(
          {
            em_push_title: fc.oneof(texts, fc.jsonValue()),
            em_push_content: texts,
            em_push_badge: fc.jsonValue(),
            em_push_sound: fc.jsonValue(),
            em_push_collapse_key: fc.jsonValue(),
            em_at_list: list,
            key: fc.jsonValue(),
          },
          { requiredKeys: [] },
        ),
        fc.dictionary(fc.string(), fc.jsonValue()),
      ),
      em_android_push_ext: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
}

const secret = fc.constantFrom(SECRET, `${SECRET} {$msg} {0}`, '');

function eventsOf(texts: fc.Arbitrary<string>): fc.Arbitrary<MessageEvent> {
  const element = fc.record(
    { type: fc.constantFrom('text' as const, 'custom' as const, 'image' as const), text: secret, description: secret },
    { requiredKeys: ['type'] },
  );
  const info = fc.record(
    {
      PushFlag: fc.constantFrom(0 as const, 1 as const),
      Title: texts,
      Desc: texts,
      Ext: texts,
      BadgeAddNum: fc.integer({ min: 1, max: 99 }),
      ApnsInfo: fc.record({ Sound: fc.constantFrom('a.caf', ''), Title: texts }, { requiredKeys: [] }),
      AndroidInfo: fc.dictionary(fc.constantFrom('Sound', 'GoogleChannelID', 'GooglePriority'), fc.jsonValue()),
      MultiLanguageContent: fc.array(
        fc.record({ Language: fc.constantFrom('fr', 'zh', 'de-AT'), Title: texts, Desc: texts }),
        { maxLength: 3 },
      ),
    },
    { requiredKeys: [] },
  );
  const event = fc.record(
    {
      id: fc.oneof(fc.constant('m1'), fc.stringMatching(/^[!-~]{1,128}$/)),
      chatType: fc.constantFrom(...CHAT_TYPES),
      conversation: fc.constantFrom('G', 'g2'),
      sender: fc.record({ username: name }),
      receivers: fc.constant(['R']),
      messageType: fc.constantFrom(...MESSAGE_TYPES),
      sentAt: instant,
      dialect: fc.constantFrom(...DIALECTS),
      text: secret,
      translations: fc.dictionary(fc.constantFrom('fr', 'zh', 'DE'), secret),
      description: secret,
      elements: fc.array(element, { maxLength: 3 }),
      mentions: fc.oneof(fc.constant('all' as const), fc.array(name)),
      force: fc.boolean(),
      silent: fc.boolean(),
      onlineOnly: fc.boolean(),
      withMuteNotifications: fc.boolean(),
      lifetimeMs: fc.integer({ min: 0, max: 7 * DAY }),
      ext: extOf(texts),
      offlinePushInfo: info,
    },
    { requiredKeys: ['id', 'chatType', 'conversation', 'sender', 'receivers', 'messageType', 'sentAt'] },
  );
  // JSON, as the event is stored.
  return event.map((value) => JSON.parse(JSON.stringify(value)) as MessageEvent);
}

const token: fc.Arbitrary<TokenFacts> = fc.record({
  id: fc.nat(),
  token: fc.constant('token'),
  credential: fc.constantFrom('c1', 'c2'),
  vendor: fc.constantFrom('apns', 'fcm', 'huawei', null),
  credentialId: fc.constantFrom(1, 1, null),
  credentialDisabled: fc.boolean(),
  region: fc.constantFrom('cn', 'global', null),
  registeredAt: instant,
  goneAt: fc.option(instant),
  mutedUntil: fc.option(instant),
});
const device: fc.Arbitrary<DeviceFacts> = fc.record({
  deviceId: fc.constantFrom('d1', 'd2', 'd3'),
  presence: fc.constantFrom(...PRESENCES, 'background' as const, 'background' as const),
  seenAt: instant,
  unread: fc.nat(),
  locale: fc.option(language),
  tokens: fc.array(token, { maxLength: 2 }),
});
const user: fc.Arbitrary<UserFacts> = fc.record({
  activated: fc.constantFrom(true, true, true, false),
  pushEnabled: fc.boolean(),
  displayStyle: fc.constantFrom('simple', 'summary'),
  language,
  timeZone: fc.option(zone),
  mode: fc.option(fc.constantFrom(...MODES)),
  dndUntil: fc.option(instant),
  dndInterval: fc.option(interval),
  templateName: fc.option(templateName),
  soundUser: sound,
  soundGroup: sound,
});
const facts: fc.Arbitrary<ReceiverFacts> = fc.record({
  username: name,
  user: fc.option(user, { freq: 20 }),
  conversation: fc.record({ mode: fc.option(fc.constantFrom(...MODES)), dndUntil: fc.option(instant) }),
  devices: fc.array(device, { maxLength: 3 }),
});
const policy: fc.Arbitrary<Policy> = fc
  .record(
    {
      timeZone: zone,
      titleOrder: fc.constantFrom('documented', 'messageFirst'),
      atInDirectChat: fc.constantFrom('literal', 'all'),
      zeroInterval: fc.constantFrom('all_day', 'off'),
      atListBeatsDnd: fc.boolean(),
      silentAndForced: fc.constantFrom('silent', 'forced'),
      foreground: fc.constantFrom('per_device', 'per_user'),
      channelPreference: fc.constantFrom('by-region', 'fcm-first', 'native-first'),
      groupLimit: fc.option(fc.integer({ min: 1, max: 20 })),
      staleAfterMs: fc.option(fc.integer({ min: 1, max: 8 * DAY })),
      masterSwitch: fc.constantFrom('message_wins', 'user_wins'),
      badge: fc.constantFrom('count', 'one', 'none'),
      groupSummary: fc.constantFrom('sender', 'group'),
    },
    { requiredKeys: [] },
  )
  .map((settings) => policySchema.parse(settings));

const events = eventsOf(pattern);
const situation = fc.record({
  event: events,
  facts,
  policy,
  now: instant,
  receiverCount: fc.integer({ min: 1, max: 30 }),
});

function verdict(input: {
  event: MessageEvent;
  policy: Policy;
  facts: ReceiverFacts;
  now: number;
  receiverCount: number;
}) {
  return decide({ ...input, event: prepareEvent(input.event, input.policy) });
}

/** A situation in which nothing but the receiver's settings can speak against a push. */
const reachable = situation.map((input) => ({
  ...input,
  event: {
    ...input.event,
    chatType: input.event.chatType === 'chatroom' ? ('chatgroup' as const) : input.event.chatType,
    messageType: 'text' as const,
    elements: [],
    sender: { username: 'S' },
    silent: false,
    onlineOnly: false,
    lifetimeMs: 7 * DAY,
    sentAt: input.now,
    ext: { ...input.event.ext, em_ignore_notification: false, em_push_filter: null },
    offlinePushInfo: { ...input.event.offlinePushInfo, PushFlag: 0 as const },
  },
  policy: { ...input.policy, groupLimit: null, staleAfterMs: null },
  facts: {
    ...input.facts,
    username: 'R',
    user: input.facts.user === null ? null : { ...input.facts.user, activated: true },
    devices: [
      {
        deviceId: 'd1',
        presence: 'background' as const,
        seenAt: input.now,
        unread: 0,
        locale: null,
        tokens: [
          {
            id: 1,
            token: 'token',
            credential: 'c1',
            vendor: 'fcm' as const,
            credentialId: 1,
            credentialDisabled: false,
            region: null,
            registeredAt: 0,
            goneAt: null,
            mutedUntil: null,
          },
        ],
      },
    ],
  },
}));
const known = reachable.filter(({ facts: { user: settings } }) => settings !== null);
const RUNS = { numRuns: 500 };

describe('laws of decide', () => {
  it('is total and deterministic, and has one line per device token', () => {
    fc.assert(
      fc.property(situation, (input) => {
        const first = verdict(input);
        expect(verdict(input)).toEqual(first);
        const lines = input.facts.devices.reduce((sum, { tokens }) => sum + Math.max(tokens.length, 1), 0);
        expect(first.devices).toHaveLength(lines);
        expect(first.devices.some(({ decision }) => decision === 'send')).toBe(first.decision === 'send');
      }),
      RUNS,
    );
  });

  it('never lets settings suppress what is forced', () => {
    fc.assert(
      fc.property(known, (input) => {
        expect(verdict({ ...input, event: { ...input.event, force: true } }).reason).toBe('forced');
      }),
      RUNS,
    );
  });

  it('never sends under mode NONE unless forced', () => {
    fc.assert(
      fc.property(known, ({ facts: receiver, ...input }) => {
        const conversation = { ...receiver.conversation, mode: 'NONE' as const };
        const none = { ...receiver, conversation, user: receiver.user && { ...receiver.user, mode: 'NONE' as const } };
        const { decision, reason } = verdict({ ...input, facts: none });
        expect(decision === 'suppress' || reason === 'forced').toBe(true);
      }),
      RUNS,
    );
  });

  it('never sends in do-not-disturb unless forced', () => {
    fc.assert(
      fc.property(known, fc.boolean(), ({ facts: receiver, ...input }, byInterval) => {
        const dnd = byInterval ? { dndInterval: '09:00-09:00' } : { dndUntil: input.now + 1 };
        const disturbed = { ...receiver, user: receiver.user && { ...receiver.user, ...dnd } };
        const strict = { ...input.policy, atListBeatsDnd: false };
        const { decision, reason } = verdict({ ...input, facts: disturbed, policy: strict });
        expect(decision === 'suppress' || reason === 'forced').toBe(true);
      }),
      RUNS,
    );
  });

  it('never suppresses because a mention was added', () => {
    fc.assert(
      fc.property(situation, (input) => {
        const before = verdict(input);
        const after = verdict({ ...input, event: { ...input.event, mentions: 'all' } });
        expect(before.decision === 'send' && after.decision === 'suppress').toBe(false);
      }),
      RUNS,
    );
  });

  it('tells in its facts neither the message text nor a device token', () => {
    fc.assert(
      fc.property(situation, (input) => {
        const text = JSON.stringify(verdict(input));
        expect(text).not.toContain(SECRET);
        expect(text).not.toContain('"token"');
      }),
      RUNS,
    );
  });
});

describe('laws of compose', () => {
  const composition = fc.record({
    event: events,
    policy,
    templates: templatesOf(pattern),
    nickname: fc.constantFrom(null, 'Bo', ' '),
  });
  const receiver = fc.record({ facts, locale: fc.option(language) });

  it('gives deep-equal notifications for equal keys', () => {
    let equal = 0;
    fc.assert(
      fc.property(composition, receiver, receiver, ({ event, policy: settings, templates, nickname }, one, other) => {
        const shared = { event: prepareEvent(event, settings), templates, sender: { nickname } };
        const [first, second] = [
          { ...shared, ...one },
          { ...shared, ...other },
        ];
        if (compositionKey(first) === compositionKey(second)) {
          equal += 1;
          expect(compose(first)).toEqual(compose(second));
        }
      }),
      { numRuns: 1_500 },
    );
    // The law would say nothing if keys were never equal.
    expect(equal).toBeGreaterThan(100);
  });

  it('is total and never blank, and stays within the collapse id limit', () => {
    fc.assert(
      fc.property(composition, receiver, ({ event, policy: settings, templates, nickname }, one) => {
        const input = { event: prepareEvent(event, settings), templates, sender: { nickname }, ...one };
        const notification = compose(input);
        expect(notification.title.trim()).not.toBe('');
        expect(notification.body.trim()).not.toBe('');
        expect(Buffer.byteLength(notification.collapseId)).toBeLessThanOrEqual(64);
        expect(Object.values(notification.data).every((value) => typeof value === 'string')).toBe(true);
        expect(compose(input)).toEqual(notification);
      }),
      RUNS,
    );
  });

  it('shows nothing of the message under the simple style, unless the app owner asks for it', () => {
    fc.assert(
      fc.property(
        eventsOf(discreet),
        policy,
        templatesOf(discreet),
        receiver,
        (event, settings, templates, { facts: receiverFacts, locale }) => {
          const simple = {
            ...receiverFacts,
            user: receiverFacts.user && { ...receiverFacts.user, displayStyle: 'simple' as const },
          };
          const notification = compose({
            event: prepareEvent({ ...event, dialect: 'agora' }, settings),
            facts: simple,
            templates,
            sender: { nickname: 'Bo' },
            locale,
          });
          expect(JSON.stringify(notification)).not.toContain(SECRET);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

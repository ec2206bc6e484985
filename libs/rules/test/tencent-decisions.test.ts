import { describe, expect, it } from '@jest/globals';
import type { Decision, MessageEvent } from '#libs/contracts';
import { aDevice, aToken, at, DAY, HOUR, NOW, TO_GROUP, verdictOf, type Case } from './fixtures.ts';

type Row = [number: string, behaviour: string, reason: Decision['reason'], situation: Case];

function tencent(fields: Partial<MessageEvent> = {}): Partial<MessageEvent> {
  return { dialect: 'tencent', ...fields };
}

const custom: Partial<MessageEvent> = { messageType: 'custom', elements: [{ type: 'custom' }] };
const week = { staleAfterMs: 7 * DAY };

/**
 * The rows of the Tencent contract, section 4.1, that rules can express. Those that they cannot:
 * R7 (what is stored as roaming message) and R17 (when a lost connection becomes background) belong to the chat server;
 * R15 needs the connection's state beside the foreground flag, which a device does not report here: a killed process is
 * reported as background; R25 (quota) is decided when sending.
 */
const rows: readonly Row[] = [
  ['R1', 'a system message', 'not_pushable', { message: tencent({ messageType: 'system' }) }],
  [
    'R1',
    'a signalling message that brings its own text is one of the ordinary ones',
    'allowed',
    {
      message: tencent({
        messageType: 'signalling',
        offlinePushInfo: { Title: '', Desc: 'make an audio call to you', Ext: '{"conversationID":"c2c_S"}' },
      }),
    },
  ],
  ['R1', 'a signalling message without one', 'not_pushable', { message: tencent({ messageType: 'signalling' }) }],
  [
    'R2',
    'an invitation to a group call, whatever it brings',
    'group_call_invite',
    { message: tencent({ ...TO_GROUP, messageType: 'group_call_invite', offlinePushInfo: { Desc: 'join' } }) },
  ],
  ['R3', 'PushFlag 1', 'disabled_by_message', { message: tencent({ offlinePushInfo: { PushFlag: 1 } }) }],
  [
    'R3',
    'PushFlag 1 and force',
    'disabled_by_message',
    { message: tencent({ offlinePushInfo: { PushFlag: 1 }, force: true }) },
  ],
  ['R4', 'only custom elements, no description', 'custom_without_description', { message: tencent(custom) }],
  [
    'R4',
    'the same with empty ones',
    'custom_without_description',
    {
      message: tencent({
        messageType: 'custom',
        elements: [{ type: 'custom', description: '' }],
        offlinePushInfo: { Desc: '' },
      }),
    },
  ],
  [
    'R4',
    'a custom element beside a text',
    'allowed',
    { message: tencent({ messageType: 'custom', elements: [{ type: 'custom' }, { type: 'text', text: 'x' }] }) },
  ],
  ['R5', 'OfflinePushInfo.Desc', 'allowed', { message: tencent({ ...custom, offlinePushInfo: { Desc: 'order' } }) }],
  [
    'R5',
    "the element's own description",
    'allowed',
    { message: tencent({ messageType: 'custom', elements: [{ type: 'custom', description: 'order' }] }) },
  ],
  ['R6', 'lifetime 0', 'online_only', { message: tencent({ lifetimeMs: 0 }) }],
  ['R6', 'online-only flag', 'online_only', { message: tencent({ onlineOnly: true }) }],
  [
    'R8',
    'a millisecond past its lifetime',
    'expired',
    { message: tencent({ sentAt: NOW - 120_001, lifetimeMs: 120_000 }) },
  ],
  ['R8', 'at the end of it', 'allowed', { message: tencent({ sentAt: NOW - 120_000, lifetimeMs: 120_000 }) }],
  ['R8', '7 days without a lifetime', 'allowed', { message: tencent({ sentAt: NOW - 7 * DAY }) }],
  ['R8', 'more than 7 days without one', 'expired', { message: tencent({ sentAt: NOW - 7 * DAY - 1 }) }],
  ['R9', 'no such account', 'unknown_user', { message: tencent(), user: null }],
  ['R10', 'logged out', 'logged_out', { message: tencent(), devices: [aDevice({ presence: 'logged_out' })] }],
  ['R11', 'forced out', 'kicked', { message: tencent(), devices: [aDevice({ presence: 'kicked' })] }],
  [
    'R12',
    'no login for more than 7 days',
    'stale_device',
    { message: tencent(), devices: [aDevice({ seenAt: NOW - 7 * DAY - 1 })], policy: week },
  ],
  [
    'R12',
    'no login for 7 days',
    'allowed',
    { message: tencent(), devices: [aDevice({ seenAt: NOW - 7 * DAY })], policy: week },
  ],
  ['R13', 'no token', 'no_token', { message: tencent(), devices: [aDevice({ tokens: [] })] }],
  [
    'R13',
    'certificate deleted',
    'no_credential',
    { message: tencent(), devices: [aDevice({ tokens: [aToken({ vendor: null, credentialId: null })] })] },
  ],
  ['R14', 'in the foreground', 'foreground', { message: tencent(), devices: [aDevice({ presence: 'foreground' })] }],
  ['R16', 'in the background', 'allowed', { message: tencent(), devices: [aDevice({ presence: 'background' })] }],
  [
    'R18',
    'message says push, user says no',
    'allowed',
    { message: tencent({ offlinePushInfo: { PushFlag: 0 } }), user: { pushEnabled: false } },
  ],
  [
    'R18',
    'the same where the user wins',
    'push_switched_off',
    {
      message: tencent({ offlinePushInfo: { PushFlag: 0 } }),
      user: { pushEnabled: false },
      policy: { masterSwitch: 'user_wins' },
    },
  ],
  ['R19', 'user says no, message nothing', 'push_switched_off', { message: tencent(), user: { pushEnabled: false } }],
  [
    'R19',
    'user says no, message gives texts only',
    'push_switched_off',
    { message: tencent({ offlinePushInfo: { Title: 't', Desc: 'd' } }), user: { pushEnabled: false } },
  ],
  ['R20', 'R has muted S', 'allowed', { message: tencent(), conversation: { mode: 'NONE' } }],
  ['R20', 'R has muted S for a while', 'allowed', { message: tencent(), conversation: { dndUntil: NOW + HOUR } }],
  [
    'R20',
    'R has muted everybody',
    'mode_none',
    { message: tencent(), user: { mode: 'NONE' }, conversation: { mode: 'NONE' } },
  ],
  [
    'R21',
    'R has muted S, WithMuteNotifications',
    'mode_none',
    { message: tencent({ withMuteNotifications: true }), conversation: { mode: 'NONE' } },
  ],
  [
    'R21',
    'R has muted S for a while, WithMuteNotifications',
    'dnd_conversation',
    { message: tencent({ withMuteNotifications: true }), conversation: { dndUntil: NOW + HOUR } },
  ],
  ['R22', 'group muted', 'mode_none', { message: tencent(TO_GROUP), conversation: { mode: 'NONE' } }],
  [
    'R23',
    'group muted except mentions, mention',
    'mentioned',
    { message: tencent({ ...TO_GROUP, mentions: ['R'] }), conversation: { mode: 'AT' } },
  ],
  [
    'R23',
    'group muted except mentions, mention of all',
    'mentioned',
    { message: tencent({ ...TO_GROUP, mentions: 'all' }), conversation: { mode: 'AT' } },
  ],
  [
    'R23',
    'group muted except mentions, none',
    'mode_at',
    { message: tencent({ ...TO_GROUP, mentions: ['X'] }), conversation: { mode: 'AT' } },
  ],
  [
    'R24',
    'do-not-disturb window',
    'dnd_app_interval',
    { message: tencent(), user: { dndInterval: '22:00-07:00', timeZone: 'Asia/Shanghai' }, now: at('15:00') },
  ],
  ['R26', 'otherwise', 'allowed', { message: tencent() }],
];

describe('decisions of the Tencent contract', () => {
  it.each(rows)('%s: %s: %s', (_number, _behaviour, reason, situation) => {
    expect(verdictOf(situation).reason).toBe(reason);
  });
});

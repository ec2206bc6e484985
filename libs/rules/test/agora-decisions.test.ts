import { describe, expect, it } from '@jest/globals';
import type { Decision, MessageEvent } from '#libs/contracts';
import { aDevice, aToken, at, DAY, HOUR, MINUTE, NOW, TO_GROUP, verdictOf, type Case } from './fixtures.ts';

type Reason = Decision['reason'];
type Row = [number: string, behaviour: string, reason: Reason, situation: Case];

const SENT: readonly Reason[] = ['allowed', 'mentioned', 'forced'];
const WEEK = 7 * DAY;

function mentioning(list: string | string[]): Partial<MessageEvent> {
  return { ...TO_GROUP, ext: { em_at_list: list } };
}

const forced = { ext: { em_force_notification: true } };
const night = { dndInterval: '21:30-08:00' };
const morning = { dndInterval: '08:30-15:00' };
/** Expiry of a four-hour duration that was set at 08:00. */
const noon = at('12:00');

/** Every row of the decision table of the Agora contract, section 5.2, by its number. */
const rows: readonly Row[] = [
  ['D1', 'no settings at all', 'allowed', {}],
  ['D2', 'app ALL, one-to-one', 'allowed', { user: { mode: 'ALL' } }],
  ['D3', 'app NONE, one-to-one', 'mode_none', { user: { mode: 'NONE' } }],
  ['D4', 'app AT, group without a mention', 'mode_at', { user: { mode: 'AT' }, message: TO_GROUP }],
  ['D5', 'app AT, mention of R', 'mentioned', { user: { mode: 'AT' }, message: mentioning(['R']) }],
  ['D6', 'app AT, mention of all', 'mentioned', { user: { mode: 'AT' }, message: mentioning('all') }],
  ['D6', 'app AT, mention of ALL', 'mentioned', { user: { mode: 'AT' }, message: mentioning('ALL') }],
  ['D6', 'app AT, mention of All', 'mentioned', { user: { mode: 'AT' }, message: mentioning('All') }],
  ['D7', 'app AT, mention of another', 'mode_at', { user: { mode: 'AT' }, message: mentioning(['X']) }],
  [
    'D8',
    'app AT, this group ALL, no mention',
    'allowed',
    { user: { mode: 'AT' }, conversation: { mode: 'ALL' }, message: TO_GROUP },
  ],
  ['D9', 'app AT, another group, no mention', 'mode_at', { user: { mode: 'AT' }, message: TO_GROUP }],
  ['D10', 'app AT, another group, mention', 'mentioned', { user: { mode: 'AT' }, message: mentioning(['R']) }],
  ['D11', 'app ALL, conversation NONE', 'mode_none', { user: { mode: 'ALL' }, conversation: { mode: 'NONE' } }],
  ['D12', 'app NONE, conversation ALL', 'allowed', { user: { mode: 'NONE' }, conversation: { mode: 'ALL' } }],
  ['D13', 'app NONE, conversation DEFAULT', 'mode_none', { user: { mode: 'NONE' }, conversation: { mode: null } }],
  ['D14', 'app ALL, conversation cleared', 'allowed', { user: { mode: 'ALL' }, conversation: { mode: null } }],
  [
    'D15',
    'app ALL, conversation AT, mention of R',
    'mentioned',
    { user: { mode: 'ALL' }, conversation: { mode: 'AT' }, message: mentioning(['R']) },
  ],
  ['D16', 'app AT, one-to-one, by the letter', 'mode_at', { user: { mode: 'AT' } }],
  ['D16', 'app AT, one-to-one, as ALL', 'allowed', { user: { mode: 'AT' }, policy: { atInDirectChat: 'all' } }],
  [
    'D17',
    'app AT, one-to-one, mention of R',
    'mentioned',
    { user: { mode: 'AT' }, message: { ext: { em_at_list: ['R'] } } },
  ],
  [
    'D18',
    'app duration running, conversation ALL',
    'dnd_app_duration',
    { user: { dndUntil: NOW + HOUR }, conversation: { mode: 'ALL' } },
  ],
  ['D18', 'app interval running, conversation ALL', 'dnd_app_interval', { user: night, conversation: { mode: 'ALL' } }],
  [
    'D19',
    'conversation duration running, app ALL',
    'dnd_conversation',
    { user: { mode: 'ALL' }, conversation: { dndUntil: NOW + HOUR } },
  ],
  ['D20', 'as D19, another conversation', 'allowed', { user: { mode: 'ALL' }, conversation: { dndUntil: null } }],
  [
    'D21',
    'app duration running, AT, mention',
    'dnd_app_duration',
    { user: { mode: 'AT', dndUntil: NOW + HOUR }, message: mentioning(['R']) },
  ],
  // A conversation's interval is stored for its owner to read, and is no fact of a decision.
  ['D22', 'conversation interval stored, nothing else', 'allowed', { conversation: { mode: null, dndUntil: null } }],
  ['D23', '08:30-15:00 at 08:29', 'allowed', { user: morning, now: at('08:29') }],
  ['D24', '08:30-15:00 at 08:30', 'dnd_app_interval', { user: morning, now: at('08:30') }],
  ['D25', '08:30-15:00 at 14:59', 'dnd_app_interval', { user: morning, now: at('14:59') }],
  ['D25', '08:30-15:00 at 14:59:59.999', 'dnd_app_interval', { user: morning, now: at('14:59:59.999') }],
  ['D26', '08:30-15:00 at 15:00', 'allowed', { user: morning, now: at('15:00') }],
  ['D27', '21:30-08:00 at 23:00', 'dnd_app_interval', { user: night, now: at('23:00') }],
  ['D27', '21:30-08:00 at 00:00', 'dnd_app_interval', { user: night, now: at('00:00') }],
  ['D27', '21:30-08:00 at 07:59', 'dnd_app_interval', { user: night, now: at('07:59') }],
  ['D28', '21:30-08:00 at 08:00', 'allowed', { user: night, now: at('08:00') }],
  ['D28', '21:30-08:00 at 12:00', 'allowed', { user: night, now: at('12:00') }],
  ['D28', '21:30-08:00 at 21:29', 'allowed', { user: night, now: at('21:29') }],
  ['D29', '10:00-08:00 at 09:00', 'allowed', { user: { dndInterval: '10:00-08:00' }, now: at('09:00') }],
  ['D29', '10:00-08:00 at 11:00', 'dnd_app_interval', { user: { dndInterval: '10:00-08:00' }, now: at('11:00') }],
  [
    'D29',
    '10:00-08:00 at 07:00 next day',
    'dnd_app_interval',
    { user: { dndInterval: '10:00-08:00' }, now: at('07:00', 1) },
  ],
  // When an interval was set is no fact of a decision: it holds on the day it is set and on the days after.
  ['D30', '08:00-10:00 at 09:30', 'dnd_app_interval', { user: { dndInterval: '08:00-10:00' }, now: at('09:30') }],
  [
    'D30',
    '08:00-10:00 at 08:30 tomorrow',
    'dnd_app_interval',
    { user: { dndInterval: '08:00-10:00' }, now: at('08:30', 1) },
  ],
  ['D31', '08:00-12:00 at 11:30', 'dnd_app_interval', { user: { dndInterval: '08:00-12:00' }, now: at('11:30') }],
  ['D31', '08:00-12:00 at 12:30', 'allowed', { user: { dndInterval: '08:00-12:00' }, now: at('12:30') }],
  [
    'D31',
    '08:00-12:00 at 09:00 tomorrow',
    'dnd_app_interval',
    { user: { dndInterval: '08:00-12:00' }, now: at('09:00', 1) },
  ],
  ['D32', '09:00-09:00 at 09:00', 'dnd_app_interval', { user: { dndInterval: '09:00-09:00' }, now: at('09:00') }],
  ['D32', '09:00-09:00 at 08:59', 'dnd_app_interval', { user: { dndInterval: '09:00-09:00' }, now: at('08:59') }],
  ['D33', '00:00-00:00 as the whole day', 'dnd_app_interval', { user: { dndInterval: '00:00-00:00' } }],
  [
    'D33',
    '00:00-00:00 as off',
    'allowed',
    { user: { dndInterval: '00:00-00:00' }, policy: { zeroInterval: 'off' }, now: at('00:00') },
  ],
  ['D34', '4 h set at 08:00, at 11:59:59.999', 'dnd_app_duration', { user: { dndUntil: noon }, now: noon - 1 }],
  ['D35', '4 h set at 08:00, at 12:00:00.000', 'allowed', { user: { dndUntil: noon }, now: noon }],
  [
    'D36',
    'interval 08:00-10:00 and 4 h from 08:00, at 11:00',
    'dnd_app_duration',
    { user: { dndUntil: noon, dndInterval: '08:00-10:00' }, now: at('11:00') },
  ],
  [
    'D36',
    'the same, at 09:00 tomorrow',
    'dnd_app_interval',
    { user: { dndUntil: noon, dndInterval: '08:00-10:00' }, now: at('09:00', 1) },
  ],
  [
    'D36',
    'the same, at 11:00 tomorrow',
    'allowed',
    { user: { dndUntil: noon, dndInterval: '08:00-10:00' }, now: at('11:00', 1) },
  ],
  [
    'D37',
    '604,800,000 ms, 6 d 23 h later',
    'dnd_app_duration',
    { user: { dndUntil: NOW + WEEK }, now: NOW + WEEK - HOUR },
  ],
  ['D37', '604,800,000 ms, 7 d later', 'allowed', { user: { dndUntil: NOW + WEEK }, now: NOW + WEEK }],
  ['D38', 'duration ended by a later setting', 'allowed', { user: { dndUntil: null } }],
  ['D39', 'app NONE, forced', 'forced', { user: { mode: 'NONE' }, message: forced }],
  ['D40', 'app duration running, forced', 'forced', { user: { dndUntil: NOW + HOUR }, message: forced }],
  [
    'D41',
    'conversation NONE and duration, app interval, forced',
    'forced',
    { user: night, conversation: { mode: 'NONE', dndUntil: NOW + HOUR }, message: forced },
  ],
  [
    'D42',
    'app duration running, em_apns_ext.em_at_list',
    'dnd_app_duration',
    { user: { dndUntil: NOW + HOUR }, message: { ...TO_GROUP, ext: { em_apns_ext: { em_at_list: ['R'] } } } },
  ],
  [
    'D42',
    'the same where such a list beats do-not-disturb',
    'allowed',
    {
      user: { dndUntil: NOW + HOUR },
      message: { ...TO_GROUP, ext: { em_apns_ext: { em_at_list: ['R'] } } },
      policy: { atListBeatsDnd: true },
    },
  ],
  [
    'D43',
    'app AT, only em_apns_ext.em_at_list',
    'mentioned',
    { user: { mode: 'AT' }, message: { ...TO_GROUP, ext: { em_apns_ext: { em_at_list: ['R'] } } } },
  ],
  [
    'D44',
    'silent message',
    'silent_message',
    { user: { mode: 'ALL' }, message: { ext: { em_ignore_notification: true } } },
  ],
  [
    'D45',
    'silent and forced',
    'silent_message',
    { message: { ext: { em_ignore_notification: true, em_force_notification: true } } },
  ],
  [
    'D45',
    'silent and forced where force wins',
    'forced',
    {
      message: { ext: { em_ignore_notification: true, em_force_notification: true } },
      policy: { silentAndForced: 'forced' },
    },
  ],
  ['D46', 'force is false', 'allowed', { user: { mode: 'ALL' }, message: { ext: { em_force_notification: false } } }],
  ['D46', 'force is "NO"', 'allowed', { user: { mode: 'ALL' }, message: { ext: { em_force_notification: 'NO' } } }],
  [
    'D47',
    'app duration running, force is false',
    'dnd_app_duration',
    { user: { dndUntil: NOW + HOUR }, message: { ext: { em_force_notification: false } } },
  ],
  // The old form with whole hours is stored as an interval; switched off, none is stored.
  ['D48', 'old form 22 to 7 at 23:00', 'dnd_app_interval', { user: { dndInterval: '22:00-07:00' }, now: at('23:00') }],
  ['D48', 'old form 22 to 7 at 07:00', 'allowed', { user: { dndInterval: '22:00-07:00' }, now: at('07:00') }],
  ['D49', 'old form 0 to 0', 'dnd_app_interval', { user: { dndInterval: '00:00-00:00' }, now: at('12:00') }],
  ['D50', 'old form switched off', 'allowed', { user: { dndInterval: null } }],
  ['D51', 'R in the foreground', 'foreground', { devices: [aDevice({ presence: 'foreground' })] }],
  [
    'D52',
    'two devices, one in the foreground, none may be',
    'user_in_foreground',
    {
      devices: [aDevice({ presence: 'foreground' }), aDevice({ deviceId: 'd2' })],
      policy: { foreground: 'per_user' },
    },
  ],
  [
    'D53',
    'two devices, one in the foreground, the other may be pushed to',
    'allowed',
    { devices: [aDevice({ presence: 'foreground' }), aDevice({ deviceId: 'd2' })] },
  ],
  ['D54', 'two devices in the background', 'allowed', { devices: [aDevice(), aDevice({ deviceId: 'd2' })] }],
  ['D55', 'no device', 'no_device', { devices: [] }],
  ['D55', 'a device without a token', 'no_token', { devices: [aDevice({ tokens: [] })] }],
  ['D56', 'forced out by another login', 'kicked', { devices: [aDevice({ presence: 'kicked' })] }],
  // The server was not told, so the device is still what it reported last.
  ['D57', 'logged out without unbinding', 'allowed', { devices: [aDevice({ presence: 'background' })] }],
  ['D58', 'logged out with unbinding', 'no_token', { devices: [aDevice({ presence: 'logged_out', tokens: [] })] }],
  [
    'D59',
    'accept_device_id names d2',
    'allowed',
    {
      devices: [aDevice(), aDevice({ deviceId: 'd2' })],
      message: { ext: { em_push_filter: { accept_device_id: ['d2'] } } },
    },
  ],
  [
    'D60',
    'ignore_notifier_name names c1',
    'allowed',
    {
      devices: [aDevice({ tokens: [aToken(), aToken({ id: 2, credential: 'c2' })] })],
      message: { ext: { em_push_filter: { ignore_notifier_name: ['c1'] } } },
    },
  ],
  [
    'D61',
    'accepted and ignored at once',
    'filtered',
    { message: { ext: { em_push_filter: { accept_device_id: ['d1'], ignore_device_id: ['d1'] } } } },
  ],
  [
    'D62',
    'group of 3,001 under a limit of 3,000',
    'not_pushable',
    { message: TO_GROUP, receiverCount: 3_001, policy: { groupLimit: 3_000 } },
  ],
  [
    'D62',
    'group of 3,000 under a limit of 3,000',
    'allowed',
    { message: TO_GROUP, receiverCount: 3_000, policy: { groupLimit: 3_000 } },
  ],
  ['D63', 'chat room', 'not_pushable', { message: { chatType: 'chatroom', conversation: 'r1' } }],
  ['D64', 'ROUTE_ONLINE', 'online_only', { message: { onlineOnly: true } }],
  ['D65', '24 h + 1 s old', 'expired', { message: { sentAt: NOW }, now: NOW + DAY + 1_000 }],
  ['D65', 'exactly 24 h old', 'allowed', { message: { sentAt: NOW }, now: NOW + DAY }],
  ['D66', 'decided a minute before the interval ends', 'dnd_app_interval', { user: night, now: at('08:00') - MINUTE }],
  ['D67', "S's own group message", 'self', { username: 'S', user: { mode: 'ALL' }, message: TO_GROUP }],
];

describe('decisions of the Agora contract', () => {
  it.each(rows)('%s: %s: %s', (_number, _behaviour, reason, situation) => {
    const verdict = verdictOf(situation);
    expect(verdict.reason).toBe(reason);
    expect(verdict.decision).toBe(SENT.includes(reason) ? 'send' : 'suppress');
  });

  it('covers the table from D1 to D67', () => {
    const numbers = new Set(rows.map(([number]) => number));
    expect([...numbers]).toEqual(Array.from({ length: 67 }, (_, index) => `D${index + 1}`));
  });
});

describe('which devices get the push', () => {
  function sentTo(situation: Case): string[] {
    const sent = verdictOf(situation).devices.filter(({ decision }) => decision === 'send');
    return sent.map(({ deviceId, credential }) => `${deviceId}/${credential ?? ''}`);
  }

  const two = [aDevice(), aDevice({ deviceId: 'd2' })];

  it('D53: only the one in the background', () => {
    expect(sentTo({ devices: [aDevice({ presence: 'foreground' }), aDevice({ deviceId: 'd2' })] })).toEqual(['d2/c1']);
  });

  it('D54: both in the background', () => {
    expect(sentTo({ devices: two })).toEqual(['d1/c1', 'd2/c1']);
  });

  it('D59: only an accepted device', () => {
    expect(sentTo({ devices: two, message: { ext: { em_push_filter: { accept_device_id: ['d2'] } } } })).toEqual([
      'd2/c1',
    ]);
  });

  it('D60: only through a credential that is not ignored', () => {
    const devices = [aDevice({ tokens: [aToken(), aToken({ id: 2, credential: 'c2' })] })];
    expect(sentTo({ devices, message: { ext: { em_push_filter: { ignore_notifier_name: ['c1'] } } } })).toEqual([
      'd1/c2',
    ]);
  });

  it('accepts by device and by credential together', () => {
    const devices = [aDevice(), aDevice({ deviceId: 'd2', tokens: [aToken({ credential: 'c2' })] })];
    const filter = { accept_device_id: ['d1', 'd2'], accept_notifier_name: ['c2'] };
    expect(sentTo({ devices, message: { ext: { em_push_filter: filter } } })).toEqual(['d2/c2']);
  });

  it('filters nothing by empty lists', () => {
    const filter = { accept_device_id: [], ignore_device_id: [], accept_notifier_name: [], ignore_notifier_name: [] };
    expect(sentTo({ devices: two, message: { ext: { em_push_filter: filter } } })).toEqual(['d1/c1', 'd2/c1']);
  });
});

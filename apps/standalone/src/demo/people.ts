import type { VendorName } from '#libs/contracts';

/** A receiver of the demo's messages, and what is expected to happen to them. */
export interface DemoPerson {
  username: string;
  vendor: VendorName;
  /** The device's token. */
  token: string;
  /** Body of `PUT users/{username}` beside the nickname. */
  profile?: Record<string, unknown>;
  /** Body of `PUT users/{username}/notification/user/{username}`. */
  settings?: Record<string, unknown>;
  presence?: 'foreground' | 'background' | 'logged_out';
  /** The simulated vendor has forgotten the device's token. */
  deadToken?: boolean;
  /** The group message mentions this one. */
  mentioned?: boolean;
  expected: { decision: 'send' | 'suppress'; reason: string; state?: 'accepted' | 'token_gone'; body?: string };
}

const MINUTES_PER_DAY = 1_440;

/** A daily interval that covers the next and the last hour, in UTC. */
function intervalAround(now: Date): string {
  const minute = now.getUTCHours() * 60 + now.getUTCMinutes();
  const clock = (at: number): string => {
    const wrapped = (at + MINUTES_PER_DAY) % MINUTES_PER_DAY;
    return `${String(Math.floor(wrapped / 60)).padStart(2, '0')}:${String(wrapped % 60).padStart(2, '0')}`;
  };
  return `${clock(minute - 60)}-${clock(minute + 60)}`;
}

export const SENDER = { username: 'lin', nickname: 'Lin' };
export const GROUP = 'lunch-club';
export const TEXT = 'Are we still on for 7?';
export const TEMPLATE = { name: 'lunch', title_pattern: 'Lunch club', content_pattern: '{$fromNickname} asks: {$msg}' };

/** One more with a phone of each maker that has a cloud of its own. */
const MAKERS: readonly (readonly [string, VendorName])[] = [
  ['jun', 'huawei'],
  ['kai', 'honor'],
  ['lea', 'xiaomi'],
  ['mia', 'oppo'],
  ['noor', 'vivo'],
  ['otto', 'meizu'],
];

/** Who receives the group message, and what their settings make of it. */
export function people(now: Date, tokenOf: (vendor: VendorName, name: string) => string): DemoPerson[] {
  const summary = { notification_display_style: 1 };
  const text = `${SENDER.nickname}: ${TEXT}`;
  const cast: Omit<DemoPerson, 'token'>[] = [
    {
      username: 'ana',
      vendor: 'apns',
      profile: summary,
      expected: { decision: 'send', reason: 'allowed', body: text },
    },
    { username: 'ben', vendor: 'fcm', profile: summary, expected: { decision: 'send', reason: 'allowed', body: text } },
    {
      username: 'cara',
      vendor: 'apns',
      profile: { ...summary, timeZone: 'UTC' },
      settings: { ignoreInterval: intervalAround(now) },
      expected: { decision: 'suppress', reason: 'dnd_app_interval' },
    },
    { username: 'dan', vendor: 'fcm', settings: { type: 'AT' }, expected: { decision: 'suppress', reason: 'mode_at' } },
    {
      username: 'eva',
      vendor: 'fcm',
      profile: summary,
      settings: { type: 'AT' },
      mentioned: true,
      expected: { decision: 'send', reason: 'mentioned', body: text },
    },
    {
      username: 'finn',
      vendor: 'apns',
      presence: 'foreground',
      expected: { decision: 'suppress', reason: 'foreground' },
    },
    {
      username: 'gus',
      vendor: 'fcm',
      presence: 'logged_out',
      expected: { decision: 'suppress', reason: 'logged_out' },
    },
    {
      username: 'hana',
      vendor: 'apns',
      profile: { templateName: TEMPLATE.name },
      expected: { decision: 'send', reason: 'allowed', body: `${SENDER.nickname} asks: ${TEXT}` },
    },
    {
      username: 'ivy',
      vendor: 'apns',
      deadToken: true,
      expected: { decision: 'send', reason: 'allowed', state: 'token_gone' },
    },
    ...MAKERS.map(([username, vendor]) => ({
      username,
      vendor,
      profile: summary,
      expected: { decision: 'send', reason: 'allowed', body: text } as const,
    })),
  ];
  return cast.map((person) => ({ ...person, token: tokenOf(person.vendor, `demo device of ${person.username}`) }));
}

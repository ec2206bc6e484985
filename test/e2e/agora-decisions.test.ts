import type { MessageEventInput } from '#libs/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { at, type TestApp } from '../integration/settings-api.support.ts';
import { startInProcessCluster, type InProcessCluster } from '../integration/support/in-process-cluster.ts';

/**
 * The decision table of the Agora contract, section 5.2, through the whole pipeline: settings and messages go in over HTTP,
 * and the simulated vendor says what reached a phone. The clock only goes forward: every row has days of its own.
 */

const DAY = 86_400_000;
const WEEK_MS = 604_800_000;
/** 2023-11-14 00:00 UTC; the first row's day is the one after. */
const FIRST_DAY = Date.parse('2023-11-14T00:00:00Z');
/** Days kept for each row: the longest looks a week ahead. */
const DAYS_PER_ROW = 9;

/** `HH:MM`, `HH:MM:SS` or `HH:MM:SS.mmm` on the row's first day, or so many days later. */
type Moment = string | { day: number; at: string };

interface Settings {
  /** Bodies of `PUT .../notification/user/R`, one after the other. */
  app?: object[];
  /** Bodies of `PUT .../notification/...` for the conversation of the message, one after the other. */
  conversation?: object[];
  /** The same for group `elsewhere`. */
  elsewhere?: object[];
  /** Bodies of `PUT users/R`: the old form. */
  old?: object[];
  /** When they are made; noon when absent. */
  setAt?: Moment;
  policy?: Record<string, unknown>;
}

interface Sent {
  /** When it is sent; the time of the settings when absent. */
  at?: Moment;
  /** To the row's group instead of to R alone. */
  group?: boolean;
  ext?: Record<string, unknown>;
  more?: Record<string, unknown>;
}

type Outcome = 'allowed' | 'mentioned' | 'forced' | (string & {});
type Row = [number: string, behaviour: string, settings: Settings, ...sent: [Sent, Outcome][]];

const mention = (list: unknown): Sent => ({ group: true, ext: { em_at_list: list } });
const force: Sent = { ext: { em_force_notification: true } };
const duration = (ignoreDuration: number): object => ({ ignoreDuration });
const interval = (ignoreInterval: string): object => ({ ignoreInterval });
const mode = (type: string): object => ({ type });
const silentAndForced: Sent = { ext: { em_ignore_notification: true, em_force_notification: true } };
const onR = (key: string): Sent => ({ group: true, ext: { em_apns_ext: { em_at_list: [key] } } });

const rows: readonly Row[] = [
  ['D1', 'no settings', {}, [{}, 'allowed'], [{ group: true }, 'allowed']],
  ['D2', 'app ALL', { app: [mode('ALL')] }, [{}, 'allowed']],
  ['D3', 'app NONE', { app: [mode('NONE')] }, [{}, 'mode_none']],
  ['D4', 'app AT, no mention', { app: [mode('AT')] }, [{ group: true }, 'mode_at']],
  ['D5', 'app AT, mention of R', { app: [mode('AT')] }, [mention(['R']), 'mentioned']],
  [
    'D6',
    'app AT, mention of all',
    { app: [mode('AT')] },
    [mention('all'), 'mentioned'],
    [mention('ALL'), 'mentioned'],
    [mention('All'), 'mentioned'],
  ],
  ['D7', 'app AT, mention of another', { app: [mode('AT')] }, [mention(['X']), 'mode_at']],
  ['D8', 'app AT, this group ALL', { app: [mode('AT')], conversation: [mode('ALL')] }, [{ group: true }, 'allowed']],
  ['D9', 'app AT, another group ALL', { app: [mode('AT')], elsewhere: [mode('ALL')] }, [{ group: true }, 'mode_at']],
  [
    'D10',
    'app AT, another group ALL, mention',
    { app: [mode('AT')], elsewhere: [mode('ALL')] },
    [mention(['R']), 'mentioned'],
  ],
  ['D11', 'app ALL, conversation NONE', { app: [mode('ALL')], conversation: [mode('NONE')] }, [{}, 'mode_none']],
  ['D12', 'app NONE, conversation ALL', { app: [mode('NONE')], conversation: [mode('ALL')] }, [{}, 'allowed']],
  [
    'D13',
    'app NONE, conversation DEFAULT',
    { app: [mode('NONE')], conversation: [mode('DEFAULT')] },
    [{}, 'mode_none'],
  ],
  [
    'D14',
    'app ALL, conversation NONE and then cleared',
    { app: [mode('ALL')], conversation: [mode('NONE'), mode('DEFAULT')] },
    [{}, 'allowed'],
  ],
  [
    'D15',
    'app ALL, conversation AT, mention of R',
    { app: [mode('ALL')], conversation: [mode('AT')] },
    [mention(['R']), 'mentioned'],
  ],
  ['D16', 'app AT, one-to-one', { app: [mode('AT')] }, [{}, 'mode_at']],
  ['D16', 'app AT, one-to-one, as ALL', { app: [mode('AT')], policy: { atInDirectChat: 'all' } }, [{}, 'allowed']],
  ['D17', 'app AT, one-to-one, mention of R', { app: [mode('AT')] }, [{ ext: { em_at_list: ['R'] } }, 'mentioned']],
  [
    'D18',
    'app duration, conversation ALL',
    { app: [duration(DAY)], conversation: [mode('ALL')] },
    [{}, 'dnd_app_duration'],
  ],
  [
    'D18',
    'app interval, conversation ALL',
    { app: [interval('11:00-13:00')], conversation: [mode('ALL')] },
    [{}, 'dnd_app_interval'],
  ],
  [
    'D19',
    'conversation duration, app ALL',
    { app: [mode('ALL')], conversation: [duration(DAY)] },
    [{}, 'dnd_conversation'],
  ],
  [
    'D20',
    'as D19, another conversation',
    { app: [mode('ALL')], elsewhere: [duration(DAY)] },
    [{ group: true }, 'allowed'],
  ],
  ['D21', 'app duration, AT, mention', { app: [duration(DAY), mode('AT')] }, [mention(['R']), 'dnd_app_duration']],
  ['D22', 'conversation interval', { conversation: [interval('00:00-23:59')] }, [{}, 'allowed']],
  ['D23', '08:30-15:00', { app: [interval('08:30-15:00')], setAt: '08:00' }, [{ at: '08:29' }, 'allowed']],
  ['D24', '08:30-15:00', { app: [interval('08:30-15:00')], setAt: '08:00' }, [{ at: '08:30' }, 'dnd_app_interval']],
  [
    'D25',
    '08:30-15:00',
    { app: [interval('08:30-15:00')] },
    [{ at: '14:59' }, 'dnd_app_interval'],
    [{ at: '14:59:59.999' }, 'dnd_app_interval'],
  ],
  ['D26', '08:30-15:00', { app: [interval('08:30-15:00')] }, [{ at: '15:00' }, 'allowed']],
  [
    'D27',
    '21:30-08:00',
    { app: [interval('21:30-08:00')] },
    [{ at: '23:00' }, 'dnd_app_interval'],
    [{ at: { day: 1, at: '00:00' } }, 'dnd_app_interval'],
    [{ at: { day: 1, at: '07:59' } }, 'dnd_app_interval'],
  ],
  [
    'D28',
    '21:30-08:00',
    { app: [interval('21:30-08:00')], setAt: '00:00' },
    [{ at: '08:00' }, 'allowed'],
    [{ at: '12:00' }, 'allowed'],
    [{ at: '21:29' }, 'allowed'],
  ],
  [
    'D29',
    '10:00-08:00',
    { app: [interval('10:00-08:00')], setAt: '09:00' },
    [{ at: '09:00' }, 'allowed'],
    [{ at: '11:00' }, 'dnd_app_interval'],
    [{ at: { day: 1, at: '07:00' } }, 'dnd_app_interval'],
  ],
  [
    'D30',
    '08:00-10:00 set at 09:00',
    { app: [interval('08:00-10:00')], setAt: '09:00' },
    [{ at: '09:30' }, 'dnd_app_interval'],
    [{ at: { day: 1, at: '08:30' } }, 'dnd_app_interval'],
  ],
  [
    'D31',
    '08:00-12:00 set at 11:00',
    { app: [interval('08:00-12:00')], setAt: '11:00' },
    [{ at: '11:30' }, 'dnd_app_interval'],
    [{ at: '12:30' }, 'allowed'],
    [{ at: { day: 1, at: '09:00' } }, 'dnd_app_interval'],
  ],
  [
    'D32',
    '09:00-09:00',
    { app: [interval('09:00-09:00')], setAt: '00:00' },
    [{ at: '08:59' }, 'dnd_app_interval'],
    [{ at: '09:00' }, 'dnd_app_interval'],
    [{ at: '20:00' }, 'dnd_app_interval'],
  ],
  [
    'D33',
    '00:00-00:00',
    { app: [interval('00:00-00:00')] },
    [{}, 'dnd_app_interval'],
    [{ at: { day: 1, at: '00:00' } }, 'dnd_app_interval'],
  ],
  ['D33', '00:00-00:00 as off', { app: [interval('00:00-00:00')], policy: { zeroInterval: 'off' } }, [{}, 'allowed']],
  [
    'D34',
    '4 h set at 08:00',
    { app: [duration(14_400_000)], setAt: '08:00' },
    [{ at: '11:59:59.999' }, 'dnd_app_duration'],
  ],
  ['D35', '4 h set at 08:00', { app: [duration(14_400_000)], setAt: '08:00' }, [{ at: '12:00' }, 'allowed']],
  [
    'D36',
    '08:00-10:00 and 4 h, both set at 08:00',
    { app: [interval('08:00-10:00'), duration(14_400_000)], setAt: '08:00' },
    [{ at: '11:00' }, 'dnd_app_duration'],
    [{ at: { day: 1, at: '09:00' } }, 'dnd_app_interval'],
    [{ at: { day: 1, at: '11:00' } }, 'allowed'],
  ],
  [
    'D37',
    '604,800,000 ms',
    { app: [duration(WEEK_MS)], setAt: '12:00' },
    [{ at: { day: 7, at: '11:00' } }, 'dnd_app_duration'],
    [{ at: { day: 7, at: '12:00' } }, 'allowed'],
  ],
  ['D38', 'a duration, then 0', { app: [duration(DAY), duration(0)] }, [{}, 'allowed']],
  ['D39', 'app NONE, forced', { app: [mode('NONE')] }, [force, 'forced']],
  ['D40', 'app do-not-disturb, forced', { app: [duration(DAY)] }, [force, 'forced']],
  [
    'D41',
    'conversation NONE and duration, app interval, forced',
    { app: [interval('11:00-13:00')], conversation: [mode('NONE'), duration(DAY)] },
    [force, 'forced'],
  ],
  ['D42', 'app duration, em_apns_ext.em_at_list', { app: [duration(DAY)] }, [onR('R'), 'dnd_app_duration']],
  [
    'D42',
    'app duration, em_apns_ext.em_at_list that beats it',
    { app: [duration(DAY)], policy: { atListBeatsDnd: true } },
    [onR('R'), 'allowed'],
  ],
  ['D43', 'app AT, em_apns_ext.em_at_list alone', { app: [mode('AT')] }, [onR('R'), 'mentioned']],
  ['D44', 'silent message', { app: [mode('ALL')] }, [{ ext: { em_ignore_notification: true } }, 'silent_message']],
  ['D45', 'silent and forced', { app: [mode('ALL')] }, [silentAndForced, 'silent_message']],
  [
    'D45',
    'silent and forced where force wins',
    { app: [mode('ALL')], policy: { silentAndForced: 'forced' } },
    [silentAndForced, 'forced'],
  ],
  [
    'D46',
    'not forced',
    { app: [mode('ALL')] },
    [{ ext: { em_force_notification: false } }, 'allowed'],
    [{ ext: { em_force_notification: 'NO' } }, 'allowed'],
  ],
  [
    'D47',
    'app duration, not forced',
    { app: [duration(DAY)] },
    [{ ext: { em_force_notification: false } }, 'dnd_app_duration'],
  ],
  [
    'D48',
    'old form, 22 to 7',
    {
      old: [
        {
          notification_no_disturbing: true,
          notification_no_disturbing_start: '22',
          notification_no_disturbing_end: '7',
        },
      ],
    },
    [{ at: '23:00' }, 'dnd_app_interval'],
    [{ at: { day: 1, at: '07:00' } }, 'allowed'],
  ],
  [
    'D49',
    'old form, 0 to 0',
    {
      old: [
        { notification_no_disturbing: true, notification_no_disturbing_start: 0, notification_no_disturbing_end: 0 },
      ],
    },
    [{}, 'dnd_app_interval'],
    [{ at: '23:59' }, 'dnd_app_interval'],
  ],
  [
    'D50',
    'old form, on and then off',
    {
      old: [
        { notification_no_disturbing: true, notification_no_disturbing_start: 0, notification_no_disturbing_end: 0 },
        { notification_no_disturbing: false },
      ],
    },
    [{}, 'allowed'],
  ],
  ['D63', 'chat room', {}, [{ more: { chatType: 'chatroom', conversation: 'r1' } }, 'not_pushable']],
  ['D64', 'for connected devices only', {}, [{ more: { routetype: 'ROUTE_ONLINE' } }, 'online_only']],
  [
    'D65',
    'a day old',
    {},
    [{ at: { day: 2, at: '12:00:01' }, more: { sentAt: { day: 1, at: '12:00' } } }, 'expired'],
    [{ at: { day: 3, at: '11:59:59' }, more: { sentAt: { day: 2, at: '12:00' } } }, 'allowed'],
  ],
];

let cluster: InProcessCluster;
const apps = new Map<string, TestApp>();
let count = 0;

beforeAll(async () => {
  cluster = await startInProcessCluster();
}, 60_000);
afterAll(async () => {
  await cluster.close();
}, 40_000);

/** An app with this policy and two FCM certificates; rows of one policy share it. */
async function appWith(policy: Record<string, unknown> = {}): Promise<TestApp> {
  const key = JSON.stringify(policy);
  const known = apps.get(key);
  if (known !== undefined) return known;
  const app = await cluster.createApp('decisions', `app${apps.size}`, { unknownUsers: 'create', ...policy });
  for (const name of ['c1', 'c2']) await cluster.putCredential(app, name, 'fcm', { style: 'both' });
  apps.set(key, app);
  return app;
}

/** The people of one row, and its days. */
class Scene {
  readonly R: string;
  readonly S: string;
  readonly G: string;
  readonly #day: number;

  constructor(readonly app: TestApp) {
    count += 1;
    [this.R, this.S, this.G] = [`r${count}`, `s${count}`, `g${count}`];
    this.#day = FIRST_DAY + count * DAYS_PER_ROW * DAY;
  }

  /** A receiver with one device, and a sender, at noon unless another time is given. */
  static async open(policy?: Record<string, unknown>, moment: Moment = '12:00'): Promise<Scene> {
    const scene = new Scene(await appWith(policy));
    scene.goTo(moment);
    for (const user of [scene.R, scene.S]) await cluster.done(scene.app, 'PUT', `users/${user}`, {});
    await scene.device('d1', 'c1');
    return scene;
  }

  time(moment: Moment): number {
    const { day, at: clock } = typeof moment === 'string' ? { day: 0, at: moment } : moment;
    const text = clock.length === 5 ? `${clock}:00` : clock;
    return this.#day + day * DAY + (Date.parse(`1970-01-01T${text}Z`) % DAY);
  }

  goTo(moment: Moment): void {
    cluster.clock.set(new Date(this.time(moment)));
  }

  async device(device: string, credential: string): Promise<string> {
    return await cluster.putDevice(this.app, { user: this.R, device, credential });
  }

  tokenOf(device: string, credential: string): string {
    return cluster.accounts.fcm.deviceToken(`${this.app.id} ${this.R} ${device} ${credential}`);
  }

  async apply({ app = [], conversation = [], elsewhere = [], old = [] }: Settings, group: boolean): Promise<void> {
    const own = group ? `chatgroup/${this.G}` : `user/${this.S}`;
    const puts = [
      ...app.map((body) => [`notification/user/${this.R}`, body] as const),
      ...conversation.map((body) => [`notification/${own}`, body] as const),
      ...elsewhere.map((body) => ['notification/chatgroup/elsewhere', body] as const),
    ];
    for (const [resource, body] of puts) {
      await cluster.done(this.app, 'PUT', `users/${this.R}/${resource}`, body);
    }
    for (const body of old) await cluster.done(this.app, 'PUT', `users/${this.R}`, body);
  }

  /** Sends a message. Returns its reason, and to which of R's devices it went, by what the vendor took. */
  async send(
    { group = false, ext, more = {} }: Sent,
    devices: readonly (readonly [string, string])[] = [['d1', 'c1']],
  ): Promise<{ reason: string | undefined; shown: string[] }> {
    const id = await this.#submit(group, ext, more);
    const [receiver] = await cluster.settled(this.app, id);
    const shown = devices.filter(([device, credential]) =>
      cluster.taken(this.tokenOf(device, credential)).some(({ data }) => data['m'] === id),
    );
    return { reason: receiver?.reason, shown: shown.map(([device, credential]) => `${device}/${credential}`) };
  }

  async #submit(group: boolean, ext: Sent['ext'], more: Record<string, unknown>): Promise<string> {
    const named =
      ext === undefined ? {} : { ext: JSON.parse(JSON.stringify(ext).replaceAll('"R"', `"${this.R}"`)) as object };
    if ('chatType' in more || 'sentAt' in more) return await this.#submitEvent({ ...more, ...named });
    const message = { from: this.S, type: 'txt', body: { msg: 'hi' }, ...named, ...more };
    const answer = group
      ? await cluster.done(this.app, 'POST', 'messages/chatgroups', { receivers: [this.R], ...message, to: [this.G] })
      : await cluster.done(this.app, 'POST', 'messages/users', { ...message, to: [this.R] });
    return String(at(answer, group ? this.G : this.R));
  }

  /** What Agora's own call cannot say: rooms, and messages that took their time. */
  async #submitEvent({ sentAt, ...more }: Record<string, unknown>): Promise<string> {
    const event = {
      chatType: 'user',
      sender: { username: this.S },
      receivers: [this.R],
      text: 'hi',
      ...(sentAt !== undefined && { sentAt: this.time(sentAt as Moment) }),
      ...more,
    } as MessageEventInput;
    return String(at(await cluster.done(this.app, 'POST', 'push/messages', event), 'id'));
  }
}

const SENT = ['allowed', 'mentioned', 'forced'];

describe('decisions of the Agora contract, from HTTP to the vendor', () => {
  it.each(rows)('%s: %s', async (_number, _behaviour, settings, ...messages) => {
    const { setAt = '12:00', policy } = settings;
    const scene = await Scene.open(policy, setAt);
    await scene.apply(settings, messages[0]?.[0].group ?? false);
    for (const [message, reason] of messages) {
      if (message.at !== undefined) scene.goTo(message.at);
      const shown = SENT.includes(reason) ? ['d1/c1'] : [];
      expect([message.at, await scene.send(message)]).toEqual([message.at, { reason, shown }]);
    }
  });
});

const TWO = [
  ['d1', 'c1'],
  ['d2', 'c1'],
] as const;

describe('devices', () => {
  async function presence(scene: Scene, device: string, state: string): Promise<void> {
    await cluster.done(scene.app, 'PUT', `users/${scene.R}/devices/${device}/presence`, { state });
  }

  it('D51: R is in the foreground', async () => {
    const scene = await Scene.open();
    await presence(scene, 'd1', 'foreground');
    expect(await scene.send({})).toEqual({ reason: 'foreground', shown: [] });
  });

  it('D52: one of two devices is in the foreground, and none may be', async () => {
    const scene = await Scene.open({ foreground: 'per_user' });
    await scene.device('d2', 'c1');
    await presence(scene, 'd1', 'foreground');
    expect(await scene.send({}, TWO)).toEqual({ reason: 'user_in_foreground', shown: [] });
  });

  it('D53: one of two devices is in the foreground, and the other gets it', async () => {
    const scene = await Scene.open();
    await scene.device('d2', 'c1');
    await presence(scene, 'd1', 'foreground');
    expect(await scene.send({}, TWO)).toEqual({ reason: 'allowed', shown: ['d2/c1'] });
  });

  it('D54: both devices get it', async () => {
    const scene = await Scene.open();
    await scene.device('d2', 'c1');
    expect(await scene.send({}, TWO)).toEqual({ reason: 'allowed', shown: ['d1/c1', 'd2/c1'] });
  });

  it('D55: no device is bound', async () => {
    const scene = await Scene.open();
    await cluster.done(scene.app, 'DELETE', `users/${scene.R}/devices/d1`);
    expect(await scene.send({})).toEqual({ reason: 'no_device', shown: [] });
  });

  it('D56: the device was forced out', async () => {
    const scene = await Scene.open();
    // Only a chat server's own process can say so; there is no call for it.
    await cluster.dataSource.query(
      `UPDATE devices SET presence = 'kicked' FROM users u WHERE user_id = u.id AND app_id = $1 AND username = $2`,
      [scene.app.id, scene.R],
    );
    expect(await scene.send({})).toEqual({ reason: 'kicked', shown: [] });
  });

  it('D57: logged out without unbinding', async () => {
    const scene = await Scene.open();
    await presence(scene, 'd1', 'background');
    expect(await scene.send({})).toEqual({ reason: 'allowed', shown: ['d1/c1'] });
  });

  it('D58: logged out with unbinding', async () => {
    const scene = await Scene.open();
    await cluster.done(scene.app, 'PUT', `users/${scene.R}/push/binding`, {
      device_id: 'd1',
      notifier_name: 'c1',
      device_token: '',
    });
    const { reason, shown } = await scene.send({});
    expect(['no_token', 'no_device']).toContain(reason);
    expect(shown).toEqual([]);
  });

  it('D59: only an accepted device', async () => {
    const scene = await Scene.open();
    await scene.device('d2', 'c1');
    const ext = { em_push_filter: { accept_device_id: ['d2'] } };
    expect(await scene.send({ ext }, TWO)).toEqual({ reason: 'allowed', shown: ['d2/c1'] });
  });

  it('D60: no ignored certificate', async () => {
    const scene = await Scene.open();
    const both = [
      ['d1', 'c1'],
      ['d1', 'c2'],
    ] as const;
    await scene.device('d1', 'c2');
    const ext = { em_push_filter: { ignore_notifier_name: ['c1'] } };
    expect(await scene.send({ ext }, both)).toEqual({ reason: 'allowed', shown: ['d1/c2'] });
  });

  it('D61: accepted and ignored at once', async () => {
    const scene = await Scene.open();
    const ext = { em_push_filter: { accept_device_id: ['d1'], ignore_device_id: ['d1'] } };
    expect(await scene.send({ ext })).toEqual({ reason: 'filtered', shown: [] });
  });
});

describe('groups and time', () => {
  it('D62: a group of 3,001', async () => {
    const scene = await Scene.open({ groupLimit: 3_000 });
    const members: readonly string[] = [scene.R, ...Array.from({ length: 2_999 }, (_, index) => `nobody${index}`)];
    const more = { receivers: members };
    expect(await scene.send({ group: true, more })).toMatchObject({ reason: 'allowed', shown: ['d1/c1'] });
    const larger = { receivers: [...members, 'nobody2999'] };
    expect(await scene.send({ group: true, more: larger })).toEqual({ reason: 'not_pushable', shown: [] });
  });

  it('D66: what was suppressed is not pushed later', async () => {
    const scene = await Scene.open(undefined, '00:00');
    await scene.apply({ app: [interval('21:30-08:00')] }, false);
    scene.goTo('07:59');
    expect(await scene.send({})).toEqual({ reason: 'dnd_app_interval', shown: [] });
    scene.goTo('08:00');
    expect(await scene.send({})).toEqual({ reason: 'allowed', shown: ['d1/c1'] });
    expect(cluster.taken(scene.tokenOf('d1', 'c1'))).toHaveLength(1);
  });

  it("D67: the sender's own message to the group", async () => {
    const scene = await Scene.open();
    await cluster.done(scene.app, 'PUT', `users/${scene.R}/notification/user/${scene.R}`, mode('ALL'));
    expect(await scene.send({ group: true, more: { from: scene.R } })).toEqual({ reason: 'self', shown: [] });
  });

  it('covers the table from D1 to D67', () => {
    const elsewhere = [...Array.from({ length: 12 }, (_, index) => `D${51 + index}`), 'D66', 'D67'];
    const numbers = new Set([...rows.map(([number]) => number), ...elsewhere]);
    expect(numbers).toEqual(new Set(Array.from({ length: 67 }, (_, index) => `D${index + 1}`)));
  });
});

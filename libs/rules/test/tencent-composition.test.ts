import { describe, expect, it } from '@jest/globals';
import type { MessageEvent, OfflinePushInfo } from '#libs/contracts';
import { composed, DAY, NOW, TO_GROUP, type Composition } from './fixtures.ts';

function tencent(offlinePushInfo?: OfflinePushInfo, fields: Partial<MessageEvent> = {}): Partial<MessageEvent> {
  return { dialect: 'tencent', ...(offlinePushInfo !== undefined && { offlinePushInfo }), ...fields };
}

function texts(composition: Composition): string {
  const { title, body } = composed(composition).notification;
  return `${title} | ${body}`;
}

/** C7 (Ext that is not JSON), C8 (OPPO channel) and C9 (certificate values) belong to the vendors' own rendering. */
describe('texts of the Tencent contract, section 4.2', () => {
  it.each<[string, string, Composition]>([
    ['C1: Title set', 'Shop | hi', { message: tencent({ Title: 'Shop' }) }],
    ['C2: Title empty, nickname known', 'Bo | hi', { message: tencent({ Title: '' }) }],
    ['C3: Title empty, no nickname', 'S | hi', { message: tencent(), nickname: null }],
    ['C5: Desc set', 'Bo | order shipped', { message: tencent({ Desc: 'order shipped' }) }],
    [
      'R5: Desc wins over the description',
      'Bo | b',
      { message: tencent({ Desc: 'b' }, { messageType: 'custom', description: 'a' }) },
    ],
    ['C6: a custom description', 'Bo | a', { message: tencent({}, { messageType: 'custom', description: 'a' }) }],
    [
      'C6: elements joined',
      'Bo | see [Location][Face][image]it',
      {
        message: tencent(undefined, {
          elements: [
            { type: 'text', text: 'see ' },
            { type: 'location' },
            { type: 'face' },
            { type: 'image' },
            { type: 'custom', description: 'it' },
          ],
        }),
      },
    ],
    ['C6: audio', 'Bo | [audio]', { message: tencent({}, { messageType: 'audio' }) }],
    ['C6: file', 'Bo | [file]', { message: tencent({}, { messageType: 'file' }) }],
    [
      'the language of the device',
      'Boutique | expédié',
      {
        message: tencent({
          Title: 'Shop',
          Desc: 'shipped',
          MultiLanguageContent: [{ Language: 'fr', Title: 'Boutique', Desc: 'expédié' }],
        }),
        locale: 'fr-FR',
      },
    ],
    [
      'another language of the device',
      'Shop | shipped',
      {
        message: tencent({
          Title: 'Shop',
          Desc: 'shipped',
          MultiLanguageContent: [{ Language: 'fr', Title: 'Boutique' }],
        }),
        locale: 'de',
      },
    ],
    [
      'a language with a title only',
      'Boutique | shipped',
      {
        message: tencent({
          Title: 'Shop',
          Desc: 'shipped',
          MultiLanguageContent: [{ Language: 'fr', Title: 'Boutique' }],
        }),
        locale: 'fr',
      },
    ],
  ])('%s', (_row, expected, composition) => {
    expect(texts(composition)).toBe(expected);
  });

  it('C4: a title for APNs alone', () => {
    const { notification } = composed({ message: tencent({ Title: 'all', ApnsInfo: { Title: 'apns title' } }) });
    expect(notification.title).toBe('all');
    expect(notification.vendor).toEqual({ apns: { title: 'apns title' } });
  });

  it('knows no display style and no templates', () => {
    const template = { name: 'default', titlePattern: 'x', contentPattern: 'y' };
    expect(texts({ message: tencent(), user: { displayStyle: 'simple' }, templates: [template] })).toBe('Bo | hi');
  });
});

describe('sound and badge of the Tencent contract, section 4.3', () => {
  const sounds = { soundUser: 'c2c.caf', soundGroup: 'group.caf' };

  it('S1: what the message says goes to each vendor', () => {
    const message = tencent({ ApnsInfo: { Sound: 'apns.mp3' }, AndroidInfo: { Sound: 'android.mp3' } });
    expect(composed({ message, user: sounds }).notification.vendor).toMatchObject({
      apns: { sound: 'apns.mp3' },
      fcm: { sound: 'android' },
    });
  });

  it("S2: else the user's, by kind of chat", () => {
    expect(composed({ message: tencent(), user: sounds }).notification.sound).toBe('c2c.caf');
    expect(composed({ message: tencent(undefined, TO_GROUP), user: sounds }).notification.sound).toBe('group.caf');
  });

  it("S3: else the vendor's default", () => {
    expect(composed({ message: tencent() }).notification).not.toHaveProperty('sound');
  });

  it.each(['push.no_sound', 'kIOSOfflinePushNoSound', 'NO_SOUND_NO_VIBRATION'])('S4: %s is silence', (sound) => {
    expect(composed({ message: tencent(), user: { soundUser: sound } }).notification.sound).toBeNull();
    const message = tencent({ ApnsInfo: { Sound: sound } });
    expect(composed({ message }).notification.vendor).toEqual({ apns: { sound: null } });
  });

  it('S4: the name of the default sound is the default sound', () => {
    expect(
      composed({ message: tencent(), user: { soundUser: 'kIOSOfflinePushDefaultSound' } }).notification.sound,
    ).toBe('default');
  });

  it('S5: FCM gets a sound too, as the name of a resource', () => {
    const message = tencent({ AndroidInfo: { Sound: '/res/raw/hualala.mp3' } });
    expect(composed({ message }).notification.vendor.fcm).toEqual({ sound: 'hualala' });
  });

  // B5 is Huawei's and Honor's; B6 is how the stored count is kept.
  it.each<[string, OfflinePushInfo, object]>([
    ['B1: an absolute value', { BadgeSetNum: 12 }, { kind: 'set', value: 12 }],
    ['B1: zero', { BadgeSetNum: 0 }, { kind: 'set', value: 0 }],
    ['B1: wins over an increment', { BadgeSetNum: 1, BadgeAddNum: 5 }, { kind: 'set', value: 1 }],
    ['B2: an increment', { BadgeAddNum: 5, ApnsInfo: { BadgeMode: 1 } }, { kind: 'add', value: 5 }],
    ['B3: counted', { ApnsInfo: { BadgeMode: 0 } }, { kind: 'add', value: 1 }],
    ['B3: counted by default', {}, { kind: 'add', value: 1 }],
    ['B4: not counted', { ApnsInfo: { BadgeMode: 1 } }, { kind: 'none' }],
  ])('%s', (_row, info, badge) => {
    expect(composed({ message: tencent(info) }).notification.badge).toEqual(badge);
  });
});

describe('the rest of OfflinePushInfo', () => {
  it('composes the sample of the Flutter push guide', () => {
    const ext = '{"conversationID":"c2c_Admin"}';
    const { notification } = composed({
      message: tencent(
        {
          PushFlag: 0,
          Title: 'Title of the message to push',
          Desc: 'Content to push offline',
          Ext: ext,
          AndroidInfo: { Sound: 'android.mp3' },
          ApnsInfo: {
            Sound: 'apns.mp3',
            BadgeMode: 1,
            Title: 'apns title',
            SubTitle: 'apns subtitle',
            Image: 'www.image.com',
          },
        },
        { sender: { username: 'Admin' }, elements: [{ type: 'text', text: 'Push Test' }], lifetimeMs: 120_000 },
      ),
    });
    expect(notification).toMatchObject({
      title: 'Title of the message to push',
      body: 'Content to push offline',
      badge: { kind: 'none' },
      data: { ext },
      collapseId: 'm1',
      collapse: false,
      threadId: 'Admin',
      expiresAt: NOW + 120_000,
      background: false,
      vendor: {
        apns: { title: 'apns title', subtitle: 'apns subtitle', sound: 'apns.mp3', image: 'www.image.com' },
        fcm: { sound: 'android' },
      },
    });
  });

  it('gives the client nothing but Ext', () => {
    const { notification } = composed({ message: tencent({}, { ext: { em_apns_ext: { a: 'b' } } }) });
    expect(notification.data).toEqual({});
    expect(notification).not.toHaveProperty('receiverKey');
  });

  it('expires after 7 days without a lifetime', () => {
    expect(composed({ message: tencent() }).notification.expiresAt).toBe(NOW + 7 * DAY);
  });

  it('tells vendors what is theirs', () => {
    const message = tencent({
      AndroidInfo: {
        GoogleChannelID: 'im',
        GoogleImage: 'https://x/y.png',
        GooglePriority: 'high',
        OPPOChannelID: 'o',
      },
      ApnsInfo: { MutableContent: 1, InterruptionLevel: 'time-sensitive' },
    });
    expect(composed({ message }).notification.vendor).toMatchObject({
      apns: { mutableContent: true, interruptionLevel: 'time-sensitive' },
      fcm: { channelId: 'im', image: 'https://x/y.png', priority: 'high' },
    });
  });

  it('marks a push that wakes the app of an iPhone, silent everywhere only when there is nothing to show', () => {
    const info = { ApnsInfo: { ContentAvailable: 1 } } as const;
    const shown = composed({ message: tencent(info) }).notification;
    expect(shown.vendor).toEqual({ apns: { background: true, contentAvailable: true } });
    expect(shown.background).toBe(false);
    expect(composed({ message: tencent(info, { text: '' }) }).notification.background).toBe(true);
  });
});

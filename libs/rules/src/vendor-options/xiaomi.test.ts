import { describe, expect, it } from '@jest/globals';
import type { OfflinePushInfo } from '#libs/contracts';
import { parseExt } from '../ext/parse-ext.ts';
import { xiaomiOptions } from './xiaomi.ts';

type AndroidInfo = OfflinePushInfo['AndroidInfo'];

function options(android: Record<string, unknown> = {}, AndroidInfo?: AndroidInfo) {
  return xiaomiOptions(parseExt({ em_android_push_ext: android }), AndroidInfo === undefined ? {} : { AndroidInfo });
}

describe('xiaomiOptions', () => {
  it('says nothing where the message says nothing', () => {
    expect(options()).toBeUndefined();
  });

  it.each<[string, Record<string, unknown>, AndroidInfo, unknown]>([
    ['Agora’s channel', { xiaomi_channel_id: 'c1' }, undefined, { channelId: 'c1' }],
    ['Agora’s click action', { xiaomi_click_action: 'OPEN' }, undefined, { clickAction: 'OPEN' }],
    ['Tencent’s channel', {}, { XiaoMiChannelID: 'c2' }, { channelId: 'c2' }],
    ['Tencent’s channel first', { xiaomi_channel_id: 'c1' }, { XiaoMiChannelID: 'c2' }, { channelId: 'c2' }],
    ['a blank one as none', { xiaomi_channel_id: 'c1' }, { XiaoMiChannelID: ' ' }, { channelId: 'c1' }],
    ['a sound', {}, { Sound: 'ring.mp3' }, { sound: 'ring.mp3' }],
    ['the system’s sound', {}, { Sound: 'kIOSOfflinePushDefaultSound' }, { sound: 'default' }],
    ['no sound', {}, { Sound: 'push.no_sound' }, { sound: null }],
    ['nothing of a wrong type', { xiaomi_channel_id: 7, xiaomi_click_action: {} }, { XiaoMiChannelID: 8 }, undefined],
    ['nothing of other vendors', { fcm_channel_id: 'c1' }, { OPPOChannelID: 'c2' }, undefined],
  ])('reads %s', (_, android, info, expected) => {
    expect(options(android, info)).toEqual(expected);
  });
});

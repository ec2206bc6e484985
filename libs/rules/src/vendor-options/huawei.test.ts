import { describe, expect, it } from '@jest/globals';
import type { OfflinePushInfo } from '#libs/contracts';
import { parseExt } from '../ext/parse-ext.ts';
import { huaweiOptions } from './huawei.ts';

const tencent = (info: OfflinePushInfo) => huaweiOptions(parseExt(undefined), info);
const agora = (ext: Record<string, unknown>) => huaweiOptions(parseExt(ext), {});

describe('huaweiOptions', () => {
  it('says nothing where the message does not', () => {
    expect(tencent({})).toBeUndefined();
    expect(agora({ em_apns_ext: { em_push_title: 'x' } })).toBeUndefined();
  });

  it.each<[string, Record<string, string | number>, Record<string, unknown>]>([
    ['HuaWeiCategory', { HuaWeiCategory: 'IM' }, { category: 'IM' }],
    ['HuaWeiChannelID', { HuaWeiChannelID: 'im' }, { channelId: 'im' }],
    ['HuaWeiImportance', { HuaWeiImportance: 'LOW' }, { importance: 'LOW' }],
    ['HuaWeiImage', { HuaWeiImage: 'https://example.com/a.png' }, { image: 'https://example.com/a.png' }],
    ['Sound', { Sound: 'ding' }, { sound: 'ding' }],
    ['a Sound that is none', { Sound: 'push.no_sound' }, { sound: null }],
    ['PushStyle', { PushStyle: 1 }, { bigText: true }],
    ['ExtAsHuaweiIntentParam', { ExtAsHuaweiIntentParam: 1 }, { dataAsExtras: true }],
    ['ExtAsHuaweiIntentParam 0', { ExtAsHuaweiIntentParam: 0 }, { dataAsExtras: false }],
  ])('reads %s of AndroidInfo', (_, AndroidInfo, expected) => {
    expect(tencent({ AndroidInfo })).toEqual(expected);
  });

  it('reads em_harmony_push_ext into the same part', () => {
    const em_harmony_push_ext = {
      category: 'WORK',
      click_action: 'com.demo.OPEN',
      is_test_message: true,
      notify_id: 77,
      receipt_id: 'rc-1',
    };
    const harmony = {
      category: 'WORK',
      clickAction: 'com.demo.OPEN',
      testMessage: true,
      notifyId: 77,
      receiptId: 'rc-1',
    };
    expect(agora({ em_harmony_push_ext })).toEqual({ harmony });
    expect(agora({ em_harmony_push_ext: { is_test_message: false } })).toEqual({ harmony: { testMessage: false } });
  });

  it('reads no wrong types out of em_harmony_push_ext', () => {
    const em_harmony_push_ext = { category: 1, click_action: {}, is_test_message: null, notify_id: -1, receipt_id: [] };
    expect(agora({ em_harmony_push_ext })).toBeUndefined();
    expect(agora({ em_harmony_push_ext: 'x' })).toBeUndefined();
  });

  it('reads HarmonyInfo into a part of its own', () => {
    const HarmonyInfo = {
      Title: 'T',
      Category: 'WORK',
      Image: 'https://example.com/a.png',
      Sound: 'a.mp3',
      SoundDuration: 5,
    };
    expect(tencent({ HarmonyInfo })).toEqual({
      harmony: { title: 'T', category: 'WORK', image: 'https://example.com/a.png', sound: 'a.mp3', soundDuration: 5 },
    });
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['huawei_category', { huawei_category: 'WORK' }, { category: 'WORK' }],
    ['huawei_channel_id', { huawei_channel_id: 'im' }, { channelId: 'im' }],
    ['huawei_click_action', { huawei_click_action: 'com.demo.OPEN' }, { clickAction: 'com.demo.OPEN' }],
    ['huawei_receipt_id', { huawei_receipt_id: 'rc-1' }, { receiptId: 'rc-1' }],
    ['huawei_target_user_type 1', { huawei_target_user_type: 1 }, { testMessage: true }],
    ['huawei_target_user_type 0', { huawei_target_user_type: 0 }, { testMessage: false }],
  ])('reads %s of em_android_push_ext', (_, em_android_push_ext, expected) => {
    expect(agora({ em_android_push_ext })).toEqual(expected);
  });

  it('reads em_apns_ext', () => {
    const em_apns_ext = { em_push_channel_id: 'im', em_huawei_push_badge_class: 'com.demo.Main' };
    expect(agora({ em_apns_ext })).toEqual({ channelId: 'im', badgeClass: 'com.demo.Main' });
  });

  it('takes the key that names Huawei before the one that does not, and Tencent’s before Agora’s', () => {
    const ext = { em_android_push_ext: { huawei_channel_id: 'own' }, em_apns_ext: { em_push_channel_id: 'any' } };
    expect(agora(ext)).toEqual({ channelId: 'own' });
    expect(huaweiOptions(parseExt(ext), { AndroidInfo: { HuaWeiChannelID: 'first' } })).toEqual({ channelId: 'first' });
  });

  it('ignores values of other types', () => {
    expect(tencent({ AndroidInfo: { HuaWeiCategory: 7, PushStyle: '1', Sound: '' }, HarmonyInfo: { Title: 7 } })).toBe(
      undefined,
    );
    expect(agora({ em_android_push_ext: { huawei_category: ' ', huawei_target_user_type: true } })).toBeUndefined();
  });
});

import { describe, expect, it } from '@jest/globals';
import { parseExt } from '../ext/parse-ext.ts';
import { oppoOptions } from './oppo.ts';

describe('oppo options', () => {
  it('reads Tencent’s keys', () => {
    const AndroidInfo = {
      OPPOChannelID: 'chat',
      OPPOCategory: 'IM',
      OPPONotifyLevel: 16,
      OPPOPrivateMsgTemplateId: 't1',
      OPPOPrivateTitleParameters: { who: 'Lin' },
      OPPOPrivateContentParameters: { what: 'hi' },
      PushStyle: 1,
    };
    expect(oppoOptions(parseExt(undefined), { AndroidInfo })).toEqual({
      channelId: 'chat',
      category: 'IM',
      notifyLevel: 16,
      privateTemplateId: 't1',
      privateTitleParameters: { who: 'Lin' },
      privateContentParameters: { what: 'hi' },
      style: 2,
    });
  });

  it('reads Agora’s keys', () => {
    const android = {
      oppo_channel_id: 'chat',
      oppo_category: 'IM',
      oppo_notify_level: '2',
      oppo_click_activity: 'im.example.Chat',
    };
    expect(oppoOptions(parseExt({ em_android_push_ext: android }), {})).toEqual({
      channelId: 'chat',
      category: 'IM',
      notifyLevel: 2,
      clickActivity: 'im.example.Chat',
    });
  });

  it('takes Tencent’s first and the channel for all Android phones last', () => {
    const apns = { em_push_channel_id: 'any' };
    const ext = parseExt({ em_android_push_ext: { oppo_channel_id: 'agora' }, em_apns_ext: apns });
    expect(oppoOptions(ext, { AndroidInfo: { OPPOChannelID: 'tencent' } })).toEqual({ channelId: 'tencent' });
    expect(oppoOptions(ext, { AndroidInfo: { OPPOChannelID: '' } })).toEqual({ channelId: 'agora' });
    expect(oppoOptions(parseExt({ em_apns_ext: apns }), {})).toEqual({ channelId: 'any' });
  });

  it('ignores what it does not understand', () => {
    const AndroidInfo = { OPPOChannelID: 7, OPPONotifyLevel: 3, OPPOPrivateTitleParameters: ['x'], PushStyle: '1' };
    const em_android_push_ext = { oppo_notify_level: '02', oppo_category: '' };
    expect(oppoOptions(parseExt({ em_android_push_ext }), { AndroidInfo })).toBeUndefined();
  });
});

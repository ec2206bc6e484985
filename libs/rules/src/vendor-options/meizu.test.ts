import { describe, expect, it } from '@jest/globals';
import { parseExt } from '../ext/parse-ext.ts';
import { meizuOptions } from './meizu.ts';

function options(info: Record<string, string | number | null> = {}, android: Record<string, unknown> = {}) {
  return meizuOptions(parseExt({ em_android_push_ext: android }), { AndroidInfo: info });
}

describe('meizu options', () => {
  it('are none when a message says nothing to Meizu', () => {
    expect(meizuOptions(parseExt(undefined), {})).toBeUndefined();
    expect(options({ PushStyle: 1 }, { oppo_click_activity: 'com.demo.Main' })).toBeUndefined();
  });

  it('come from AndroidInfo and em_android_push_ext', () => {
    expect(options({ MeiZuNoticeMsgType: 0 }, { meizu_click_activity: 'com.demo.Main' })).toEqual({
      noticeMsgType: 0,
      clickActivity: 'com.demo.Main',
    });
  });

  it.each([2, -1, '1', null])('leave out the message type %p', (MeiZuNoticeMsgType) => {
    expect(options({ MeiZuNoticeMsgType })).toBeUndefined();
  });

  it.each(['', 7, null])('leave out the activity %p', (activity) => {
    expect(options({}, { meizu_click_activity: activity })).toBeUndefined();
  });
});

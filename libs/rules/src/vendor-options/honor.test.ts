import { describe, expect, it } from '@jest/globals';
import { parseExt } from '../ext/parse-ext.ts';
import { honorOptions } from './honor.ts';

function options(info: Record<string, string | number | null> = {}, android: Record<string, unknown> = {}) {
  return honorOptions(parseExt({ em_android_push_ext: android }), { AndroidInfo: info });
}

describe('honor options', () => {
  it('are none when a message says nothing to HONOR', () => {
    expect(honorOptions(parseExt(undefined), {})).toBeUndefined();
    expect(options({ HuaWeiImportance: 'LOW' }, { huawei_click_action: 'A' })).toBeUndefined();
  });

  it('come from AndroidInfo', () => {
    const image = 'https://example.com/a.png';
    expect(options({ HonorImportance: 'LOW', HonorImage: image, PushStyle: 1 })).toEqual({
      importance: 'LOW',
      image,
      style: 1,
    });
  });

  it('come from em_android_push_ext', () => {
    const android = { honor_importance: 'LOW', honor_click_action: 'com.demo.OPEN', honor_target_user_type: 1 };
    expect(options({}, android)).toEqual({ importance: 'LOW', clickAction: 'com.demo.OPEN', targetUserType: 1 });
  });

  it('come from AndroidInfo first', () => {
    expect(options({ HonorImportance: 'normal' }, { honor_importance: 'LOW' })).toEqual({ importance: 'NORMAL' });
    expect(options({ HonorImportance: 'HIGH' }, { honor_importance: 'LOW' })).toEqual({ importance: 'LOW' });
  });

  it.each([
    ['importance', 'HIGH'],
    ['importance', 1],
    ['click_action', ' '],
    ['target_user_type', 2],
    ['target_user_type', '1'],
  ])('leave out %s %p', (key, value) => {
    expect(options({}, { [`honor_${key}`]: value })).toBeUndefined();
  });
});

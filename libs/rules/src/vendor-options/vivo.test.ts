import { describe, expect, it } from '@jest/globals';
import { parseExt } from '../ext/parse-ext.ts';
import { vivoOptions } from './vivo.ts';

describe('vivo options', () => {
  it.each([
    [1, 4],
    ['1', '4'],
  ])('reads Tencent’s keys, numbers or text', (VIVOClassification, VIVONotifyType) => {
    const AndroidInfo = { VIVOClassification, VIVOCategory: 'IM', VIVONotifyType };
    expect(vivoOptions(parseExt(undefined), { AndroidInfo })).toEqual({
      classification: 1,
      category: 'IM',
      notifyType: 4,
    });
  });

  it('reads Agora’s keys', () => {
    const em_android_push_ext = { vivo_category: 'IM', vivo_click_activity: 'im.example.Chat' };
    expect(vivoOptions(parseExt({ em_android_push_ext }), {})).toEqual({
      category: 'IM',
      clickActivity: 'im.example.Chat',
    });
  });

  it('takes Tencent’s category first, unless it is empty', () => {
    const ext = parseExt({ em_android_push_ext: { vivo_category: 'ORDER' } });
    expect(vivoOptions(ext, { AndroidInfo: { VIVOCategory: 'IM' } })).toEqual({ category: 'IM' });
    expect(vivoOptions(ext, { AndroidInfo: { VIVOCategory: '' } })).toEqual({ category: 'ORDER' });
  });

  it('ignores what it does not understand', () => {
    const AndroidInfo = { VIVOClassification: 2, VIVOCategory: 7, VIVONotifyType: '5' };
    expect(vivoOptions(parseExt({ em_android_push_ext: { vivo_category: '' } }), { AndroidInfo })).toBeUndefined();
  });
});

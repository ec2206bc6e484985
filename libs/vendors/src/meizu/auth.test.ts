import { describe, expect, it } from '@jest/globals';
import { sign, signedForm } from './auth.ts';

const BATCH = {
  appId: '100001',
  pushIds: 'RA111,RA222',
  messageJson:
    '{"noticeBarInfo":{"noticeMsgType":1,"noticeBarType":0,"title":"Ann","content":"See you at 7?"},"clickTypeInfo":{"clickType":0,"parameters":{"conv":"c42"}},"pushTimeInfo":{"offLine":1,"validTime":24},"advanceInfo":{"notificationType":{"vibrate":1,"lights":1,"sound":1},"notifyKey":"c42"},"extra":{"callback":"https://push.example.org/rcpt/meizu","callback.param":"m-7f3a","callback.type":3}}',
};

describe('meizu sign', () => {
  it.each<[string, Record<string, string>, string, string]>([
    [
      'the vendor’s vector',
      {
        appId: '10000',
        messageJson: '{"title":"title","content":"content","pushTimeInfo":{"offLine":1,"validTime":24}}',
        pushIds: 'RA50c6348036344485d01776773577c64740465480a6b',
      },
      '<APP_SECRET>',
      'ac076ff25d9900015a681cb5172aa53b',
    ],
    ['a batch', BATCH, 'demoAppSecret', '9e9bd5111b1cbae0cd55b460e3b348f0'],
    [
      'the creation of a task',
      {
        appId: '100001',
        pushType: '0',
        messageJson:
          '{"noticeBarInfo":{"noticeMsgType":1,"noticeBarType":0,"title":"Group A","content":"Bob: hi"},"clickTypeInfo":{"clickType":0,"parameters":{"conv":"g7"}},"pushTimeInfo":{"offLine":1,"validTime":24}}',
      },
      'demoAppSecret',
      'cf4d5c2576b98f84d185065696eb5dde',
    ],
    [
      'a task’s push',
      { appId: '100001', taskId: '20457', pushIds: 'RA111,RA222' },
      'demoAppSecret',
      'a3690b52a861dbe62a27d398f085b18f',
    ],
  ])('matches %s', (_, parameters, secret, expected) => {
    expect(sign(parameters, secret)).toBe(expected);
  });

  it('does not depend on the order in which parameters are given', () => {
    const reversed = Object.fromEntries(Object.entries(BATCH).toReversed());
    expect(sign(reversed, 'demoAppSecret')).toBe(sign(BATCH, 'demoAppSecret'));
  });

  it('signs texts before they are encoded', () => {
    const form = new URLSearchParams(signedForm({ a: '汉 &=+😀' }, 's'));
    expect(Object.fromEntries(form)).toEqual({ a: '汉 &=+😀', sign: sign({ a: '汉 &=+😀' }, 's') });
  });

  it('makes the form of the vendor’s example', () => {
    expect(signedForm(BATCH, 'demoAppSecret')).toMatch(
      /^appId=100001&pushIds=RA111%2CRA222&messageJson=%7B%22noticeBarInfo%22.*&sign=9e9bd5111b1cbae0cd55b460e3b348f0$/,
    );
  });
});

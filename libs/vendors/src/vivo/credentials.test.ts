import { describe, expect, it } from '@jest/globals';
import { vivoCredentialSchema } from './credentials.ts';
import { vivo } from './index.ts';

const LEAST = { appId: 10_001, appKey: 'demoAppKey', appSecret: 'demoAppSecret' };

describe('vivo credential', () => {
  it('needs the app’s id, key and secret alone', () => {
    expect(vivoCredentialSchema.parse(LEAST)).toEqual({
      ...LEAST,
      region: 'cn',
      clickAction: { kind: 'app' },
      classes: {},
      notifyType: 4,
      foregroundShow: false,
      testMode: false,
      testDevices: [],
    });
    expect(vivoCredentialSchema.parse({ ...LEAST, appId: '10001' }).appId).toBe('10001');
  });

  it('takes how each purpose goes out, receipts and the test mode', () => {
    const whole = {
      ...LEAST,
      packageName: 'im.example.chat',
      region: 'cn',
      callbackId: '17',
      clickAction: { kind: 'intent', uri: 'chat://c/42' },
      classes: { chat: { classification: 1, category: 'IM', notifyType: 2 }, call: { category: null } },
      notifyType: 2,
      foregroundShow: true,
      testMode: true,
      testDevices: ['16000000000000000000001'],
      callbackUrl: 'https://push.example.org/rcpt/vivo',
    };
    expect(vivoCredentialSchema.parse(whole)).toEqual(whole);
    expect(vivo.secretFields).toEqual(['appSecret']);
  });

  it.each<[string, Record<string, unknown>]>([
    ['an unknown field', { masterSecret: 'x' }],
    ['a missing secret', { appSecret: undefined }],
    ['an id that is no number', { appId: '10001a' }],
    ['a secret with a blank', { appSecret: 'demo secret' }],
    ['a region that is not known', { region: 'global' }],
    ['a class that does not exist', { classes: { chat: { classification: 2 } } }],
    ['a category in small letters', { classes: { chat: { category: 'im' } } }],
    ['a sound mode that does not exist', { notifyType: 5 }],
    ['more test devices than vivo takes', { testDevices: Array.from({ length: 21 }, String) }],
    ['a callback URL that is too long', { callbackUrl: `https://push.example.org/${'x'.repeat(110)}` }],
    ['an intent action, which vivo has no type for', { clickAction: { kind: 'action', action: 'x' } }],
  ])('refuses %s', (_, changes) => {
    expect(vivoCredentialSchema.safeParse({ ...LEAST, ...changes }).success).toBe(false);
  });
});

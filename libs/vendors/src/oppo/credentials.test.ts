import { describe, expect, it } from '@jest/globals';
import { oppoCredentialSchema } from './credentials.ts';
import { oppo } from './index.ts';

const LEAST = { appKey: 'demoAppKey', masterSecret: 'demoMasterSecret' };

describe('oppo credential', () => {
  it('needs the key and the server’s secret alone', () => {
    expect(oppoCredentialSchema.parse(LEAST)).toEqual({
      ...LEAST,
      region: 'cn',
      clickAction: { kind: 'app' },
      classes: {},
      contentCharacters: 50,
      badge: true,
    });
  });

  it('takes all that the console gives, and how each purpose goes out', () => {
    const whole = {
      ...LEAST,
      appId: '30000001',
      appSecret: 'demoAppSecret',
      packageName: 'im.example.chat',
      region: 'global',
      channelId: 'chat',
      clickAction: { kind: 'activity', activity: 'im.example.chat.MainActivity' },
      classes: {
        chat: {
          channelId: 'im',
          category: 'IM',
          notifyLevel: 16,
          privateTemplateId: '5f6a',
          privateTitleParameter: 'who',
          privateContentParameter: 'what',
        },
        marketing: { category: null },
      },
      contentCharacters: 200,
      badge: false,
      callbackUrl: 'https://push.example.org/rcpt/oppo',
    };
    expect(oppoCredentialSchema.parse(whole)).toEqual(whole);
  });

  it('keeps both secrets secret', () => {
    expect(oppo.secretFields).toEqual(['masterSecret', 'appSecret']);
  });

  it.each<[string, Record<string, unknown>]>([
    ['an unknown field', { secret: 'x' }],
    ['a missing secret', { masterSecret: undefined }],
    ['a key with a blank', { appKey: 'demo key' }],
    ['a region that does not exist', { region: 'eu' }],
    ['a level that does not exist', { classes: { chat: { notifyLevel: 3 } } }],
    ['a purpose that does not exist', { classes: { voip: {} } }],
    ['a content limit that OPPO never had', { contentCharacters: 201 }],
    ['a callback URL that is too long', { callbackUrl: `https://push.example.org/${'x'.repeat(180)}` }],
    ['a callback URL without TLS', { callbackUrl: 'http://push.example.org/' }],
  ])('refuses %s', (_, changes) => {
    expect(oppoCredentialSchema.safeParse({ ...LEAST, ...changes }).success).toBe(false);
  });
});

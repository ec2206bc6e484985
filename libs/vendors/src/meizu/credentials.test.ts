import { describe, expect, it } from '@jest/globals';
import { meizuCredentialSchema } from './credentials.ts';

const LEAST = { appId: '100001', appSecret: 'demoAppSecret' };

function urlOf(bytes: number): string {
  return `https://push.example.org/${'x'.repeat(bytes - 'https://push.example.org/'.length)}`;
}

describe('meizu credential', () => {
  it('needs app and secret and no more', () => {
    expect(meizuCredentialSchema.parse(LEAST)).toEqual({
      ...LEAST,
      region: 'cn',
      clickAction: { kind: 'app' },
      classes: {},
      receipts: false,
    });
  });

  it.each(['appId', 'appSecret'] as const)('is refused without %s', (key) => {
    expect(meizuCredentialSchema.safeParse({ ...LEAST, [key]: undefined }).success).toBe(false);
  });

  it.each<[string, Record<string, unknown>]>([
    ['the key of the client side', { appKey: 'key' }],
    ['package names', { restrictedPackageNames: Array.from({ length: 50 }, (_, index) => `com.demo.app${index}`) }],
    ['the overseas region', { region: 'in' }],
    ['a class for marketing', { classes: { marketing: { noticeMsgType: 1 } } }],
    ['a callback URL of 128 bytes', { callbackUrl: urlOf(128) }],
  ])('takes %s', (_, changes) => {
    expect(meizuCredentialSchema.parse({ ...LEAST, ...changes })).toMatchObject(changes);
  });

  it.each<[string, Record<string, unknown>]>([
    ['an app id that is no number', { appId: '1&pushIds=2' }],
    ['too many package names', { restrictedPackageNames: Array.from({ length: 51 }, (_, index) => `com.app${index}`) }],
    ['a region that does not exist', { region: 'eu' }],
    ['a tap that Meizu does not know', { clickAction: { kind: 'action', action: 'A' } }],
    ['a message type that does not exist', { classes: { chat: { noticeMsgType: 2 } } }],
    ['a callback URL of 129 bytes', { callbackUrl: urlOf(129) }],
    ['a callback URL without TLS', { callbackUrl: 'http://push.example.org' }],
    ['a key that does not exist', { channelId: 'im' }],
  ])('is refused with %s', (_, changes) => {
    expect(meizuCredentialSchema.safeParse({ ...LEAST, ...changes }).success).toBe(false);
  });
});

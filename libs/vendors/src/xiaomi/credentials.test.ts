import { describe, expect, it } from '@jest/globals';
import { xiaomiCredentialSchema } from './credentials.ts';

const LEAST = { appSecret: 'demoAppSecret', packageName: 'org.example.chat', region: 'cn' };
const pairs = (count: number, length = 1) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v'.repeat(length)]));
const chat = (entry: Record<string, unknown>) => ({ classes: { chat: { channelId: 'c1', ...entry } } });

describe('xiaomi credential', () => {
  it('needs secret, package and region', () => {
    expect(xiaomiCredentialSchema.parse(LEAST)).toEqual({
      ...LEAST,
      classes: {},
      clickAction: { kind: 'app' },
      extra: {},
    });
  });

  it('takes all that a tenant can supply', () => {
    const all = {
      ...LEAST,
      appId: '2882303761517000000',
      appKey: '5101700000000',
      channelId: 'default_channel',
      classes: {
        chat: {
          channelId: 'chat_private',
          templateId: 'T1',
          titleParameter: 'name',
          contentParameter: 'text',
          parameters: { app: 'Chat' },
          messageClass: 'private',
        },
        marketing: { channelId: 'news', parameters: {} },
      },
      clickAction: { kind: 'callback' },
      extra: { notify_foreground: '0' },
      callbackUrl: 'https://push.example.org/receipts',
    };
    expect(xiaomiCredentialSchema.parse(all)).toEqual(all);
  });

  it.each<[string, Record<string, unknown>]>([
    ['an unknown field', { secret: 'x' }],
    ['a secret with a line break', { appSecret: 'a\r\nHost: b' }],
    ['a secret with a space', { appSecret: 'a b' }],
    ['a list of packages', { packageName: 'org.example.chat,org.example.other' }],
    ['an unknown region', { region: 'us' }],
    ['no region', { region: undefined }],
    ['a class without a channel', { classes: { chat: { templateId: 'T1' } } }],
    ['an unknown purpose', { classes: { news: { channelId: 'c1' } } }],
    ['parameters without a template', chat({ titleParameter: 'name' })],
    ['two parameters of one name', chat({ templateId: 'T1', titleParameter: 'a', contentParameter: 'a' })],
    ['a fixed parameter of the same name', chat({ templateId: 'T1', titleParameter: 'a', parameters: { a: 'x' } })],
    ['ten parameters', chat({ templateId: 'T1', titleParameter: 'a', parameters: pairs(9) })],
    ['a fixed parameter with an emoji', chat({ templateId: 'T1', parameters: { a: 'x👍' } })],
    ['a blank fixed parameter', chat({ templateId: 'T1', parameters: { a: ' ' } })],
    ['a fixed parameter of 129 characters', chat({ templateId: 'T1', parameters: { a: 'x'.repeat(129) } })],
    ['a callback that is not https', { callbackUrl: 'http://push.example.org' }],
    ['a web page that is not https', { clickAction: { kind: 'url', url: 'http://example.org' } }],
    ['eleven extra pairs', { extra: pairs(11) }],
    ['extra pairs of 1025 characters', { extra: { ab: 'x'.repeat(1_023) } }],
    ['an extra key of ours', { extra: { jobkey: 'x' } }],
    ['an extra key that is none', { extra: { 'a&b': 'x' } }],
  ])('refuses %s', (_, changes) => {
    expect(xiaomiCredentialSchema.safeParse({ ...LEAST, ...changes }).success).toBe(false);
  });

  it.each<[string, Record<string, unknown>]>([
    ['ten extra pairs', { extra: pairs(10) }],
    ['extra pairs of 1024 characters, however many bytes', { extra: { ab: '你'.repeat(1_022) } }],
    ['nine parameters', chat({ templateId: 'T1', titleParameter: 'a', parameters: pairs(8) })],
    ['a fixed parameter of 128 characters', chat({ templateId: 'T1', parameters: { a: '你'.repeat(128) } })],
  ])('takes %s', (_, changes) => {
    expect(xiaomiCredentialSchema.safeParse({ ...LEAST, ...changes }).success).toBe(true);
  });
});

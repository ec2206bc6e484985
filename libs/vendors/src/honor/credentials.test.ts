import { describe, expect, it } from '@jest/globals';
import { honorCredentialSchema } from './credentials.ts';

const LEAST = { appId: '104556677', clientId: '220', clientSecret: 'secret' };

describe('honor credential', () => {
  it('needs the three values of the console and no more', () => {
    expect(honorCredentialSchema.parse(LEAST)).toEqual({
      ...LEAST,
      hasClassificationRight: true,
      region: 'cn',
      targetsPerCall: 100,
      clickAction: { kind: 'app' },
      classes: {},
      testMode: false,
    });
  });

  it.each(['appId', 'clientId', 'clientSecret'] as const)('is refused without %s', (key) => {
    expect(honorCredentialSchema.safeParse({ ...LEAST, [key]: undefined }).success).toBe(false);
  });

  it.each<[string, Record<string, unknown>]>([
    ['no tokens per call', { targetsPerCall: 0 }],
    ['more than 1000 tokens per call', { targetsPerCall: 1_001 }],
    ['an app id that would change the path', { appId: '1/../2' }],
    ['a tap that HONOR does not know', { clickAction: { kind: 'activity', activity: 'com.demo.Main' } }],
    ['an importance that does not exist', { classes: { chat: { importance: 'HIGH' } } }],
    ['a purpose that does not exist', { classes: { news: { importance: 'LOW' } } }],
    ['a key that does not exist', { channelId: 'im' }],
  ])('is refused with %s', (_, changes) => {
    expect(honorCredentialSchema.safeParse({ ...LEAST, ...changes }).success).toBe(false);
  });

  it('takes up to 1000 tokens per call', () => {
    expect(honorCredentialSchema.parse({ ...LEAST, targetsPerCall: 1_000 }).targetsPerCall).toBe(1_000);
  });
});

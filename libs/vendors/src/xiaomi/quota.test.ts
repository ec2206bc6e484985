import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PURPOSES, type Notification } from '#libs/contracts';
import { NOW, notificationWith } from '../../test/fixtures.ts';
import { xiaomiCredentialSchema } from './credentials.ts';
import { quota } from './quota.ts';
import { render } from './render.ts';

const FIELDS = { appSecret: 's', packageName: 'org.example.chat', region: 'cn' };
const CHANNEL = { channelId: 'c' };
const OTHER = { channelId: 'o' };
const DAY_MS = 86_400_000;

function credentialWith(fields: Record<string, unknown> = CHANNEL) {
  return xiaomiCredentialSchema.parse({ ...FIELDS, ...fields });
}

/** A message that lives long enough for its class to show. */
function longLived(changes: Partial<Notification>): Notification {
  return notificationWith({ expiresAt: NOW + 30 * DAY_MS, ...changes });
}

/** What Xiaomi counts the rendered message as: the call tells the class by its longest life alone. */
function renderedClass(notification: Notification, fields: Record<string, unknown>): string {
  const payload = render(notification, credentialWith(fields), { now: NOW, jobId: 'job-1' });
  if (payload.kind !== 'payload') throw new Error(payload.kind);
  const form = new URLSearchParams(payload.form);
  if (!form.has('extra.channel_id')) return 'default';
  return Number(form.get('time_to_live')) > DAY_MS ? 'private' : 'public';
}

describe('xiaomi quota', () => {
  it.each<[string, Partial<Notification>, Record<string, unknown>]>([
    ['private', { purpose: 'chat' }, CHANNEL],
    ['private', { purpose: 'call' }, CHANNEL],
    ['public', { purpose: 'system' }, CHANNEL],
    ['public', { purpose: 'marketing' }, CHANNEL],
    ['default', { purpose: 'chat' }, {}],
    ['default', { purpose: 'marketing' }, { classes: { chat: CHANNEL } }],
    ['private', { purpose: 'system' }, { classes: { system: { channelId: 's', templateId: 'T1' } } }],
    ['private', { purpose: 'system' }, { classes: { system: { channelId: 's', messageClass: 'private' } } }],
    ['public', { purpose: 'chat' }, { classes: { chat: { channelId: 's', messageClass: 'public' } } }],
    ['private', { purpose: 'chat', vendor: { xiaomi: { channelId: 'other' } } }, {}],
    [
      'private',
      { purpose: 'chat', vendor: { xiaomi: { channelId: 'other' } } },
      { classes: { chat: { channelId: 's', messageClass: 'public' } } },
    ],
    [
      'public',
      { purpose: 'chat', vendor: { xiaomi: { channelId: 's' } } },
      { classes: { chat: { channelId: 's', messageClass: 'public' } } },
    ],
    ['public', { purpose: 'chat' }, { ...CHANNEL, messageClass: 'public' }],
    ['private', { purpose: 'marketing' }, { ...CHANNEL, messageClass: 'private' }],
    ['public', { purpose: 'marketing' }, { ...CHANNEL, messageClass: 'private', classes: { marketing: OTHER } }],
    ['public', { purpose: 'chat', vendor: { xiaomi: OTHER } }, { ...CHANNEL, classes: { marketing: OTHER } }],
    ['private', { purpose: 'marketing', vendor: { xiaomi: OTHER } }, { ...CHANNEL, classes: { chat: OTHER } }],
    [
      'private',
      { purpose: 'marketing', vendor: { xiaomi: OTHER } },
      { ...CHANNEL, classes: { system: { ...OTHER, templateId: 'T1' } } },
    ],
    [
      'public',
      { purpose: 'chat', vendor: { xiaomi: CHANNEL } },
      { ...CHANNEL, messageClass: 'public', classes: { chat: OTHER } },
    ],
    ['private', { purpose: 'chat', vendor: { xiaomi: CHANNEL } }, { ...CHANNEL, classes: { chat: OTHER } }],
  ])('counts as %s: %j with %j', (expected, changes, fields) => {
    const notification = longLived(changes);
    expect(quota.classOf(notification, credentialWith(fields))).toBe(expected);
    expect(renderedClass(notification, fields)).toBe(expected);
  });

  it('refuses the class of a default channel that is not there', () => {
    expect(() => credentialWith({ messageClass: 'public' })).toThrow('messageClass');
  });

  it('lowers a message that names its channel', () => {
    const credential = credentialWith({ ...CHANNEL, classes: { chat: OTHER } });
    const notification = notificationWith({ vendor: { xiaomi: { ...OTHER, sound: 's' } } });
    expect(quota.classOf(notification, credential)).toBe('private');
    const lowered = quota.lowered(notification);
    expect(quota.classOf(lowered, credential)).toBe('public');
    expect(lowered).toEqual({ ...notification, purpose: 'marketing', vendor: { xiaomi: { sound: 's' } } });
  });

  it('counts every message as what is rendered', () => {
    const channelId = fc.constantFrom('a', 'b');
    const entry = fc.record(
      { channelId, templateId: fc.constant('T1'), messageClass: fc.constantFrom('private', 'public') },
      { requiredKeys: ['channelId'] },
    );
    const messageClass = fc.constantFrom('private', 'public');
    const classes = fc.dictionary(fc.constantFrom(...PURPOSES), entry);
    const fields = fc.oneof(
      fc.record({ classes }),
      fc.record({ channelId, messageClass, classes }, { requiredKeys: ['channelId'] }),
    );
    const options = fc.record({ channelId: fc.constantFrom('a', 'b', 'c', ' ', 7, undefined) });
    fc.assert(
      fc.property(fc.constantFrom(...PURPOSES), options, fields, (purpose, xiaomi, given) => {
        const notification = longLived({ purpose, vendor: { xiaomi } });
        expect(quota.classOf(notification, credentialWith(given))).toBe(renderedClass(notification, given));
      }),
    );
  });

  it.each<[string, number | undefined, boolean, number | null, number | null]>([
    ['private', 1_000_000, true, null, null],
    ['public', undefined, false, null, 5],
    ['public', undefined, true, null, 8],
    ['public', 0, false, 20_000, 5],
    ['public', 9_999, true, 30_000, 8],
    ['public', 10_001, false, 20_002, 5],
    ['public', 10_001, true, 30_003, 8],
    ['default', undefined, false, null, 1],
    ['default', 9_999, true, 9_999, 1],
  ])('limits %s with %s users, news licence %s', (className, installedUsers, newsLicence, perDay, perDevicePerDay) => {
    const limits = quota.limitsOf(className, { installedUsers, newsLicence }, credentialWith());
    expect(limits).toEqual({ perDay, perDevicePerDay });
  });

  it.each([
    [undefined, 400],
    [99_999, 400],
    [100_000, 800],
    [999_999, 800],
    [1_000_000, 1_600],
    [5_000_000, 2_000],
    [9_999_999, 2_000],
    [10_000_000, 2_400],
  ])('of %s users allows %d calls a second', (installedUsers, perSecond) => {
    expect(quota.rateOf({ installedUsers }, credentialWith())).toEqual({ perSecond, unit: 'calls' });
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PURPOSES, type Notification } from '#libs/contracts';
import { NOW, notificationWith } from '../../test/fixtures.ts';
import { oppoCredentialSchema } from './credentials.ts';
import { quota } from './quota.ts';
import { render } from './render.ts';

const FIELDS = { appKey: 'demoAppKey', masterSecret: 'demoMasterSecret' };
const PUBLIC_DEFAULT = { channelId: 'd', messageClass: 'public' };
const PRIVATE_DEFAULT = { channelId: 'd', messageClass: 'private' };

function credentialWith(fields: Record<string, unknown> = {}) {
  return oppoCredentialSchema.parse({ ...FIELDS, ...fields });
}

/**
 * What a message with a level is rendered as: the level shows that it is of the private class (oppo section 3.1). Without a
 * category none may go out, and nothing shows.
 */
function renderedClass(notification: Notification, fields: Record<string, unknown>): string | undefined {
  const oppo = { ...notification.vendor.oppo, notifyLevel: 2 };
  const levelled = { ...notification, vendor: { ...notification.vendor, oppo } };
  const payload = render(levelled, credentialWith(fields), { now: NOW, jobId: 'job-1' });
  if (payload.kind !== 'payload') throw new Error(payload.kind);
  const rendered = JSON.parse(`${payload.head}}`) as { category?: string; notify_level?: number };
  if (rendered.category === undefined) return undefined;
  return rendered.notify_level === undefined ? 'public' : 'private';
}

describe('oppo quota', () => {
  it.each<[string, Partial<Notification>, Record<string, unknown>]>([
    ['private', { purpose: 'chat' }, {}],
    ['private', { purpose: 'call' }, {}],
    ['private', { purpose: 'system' }, {}],
    ['public', { purpose: 'marketing' }, {}],
    ['public', { purpose: 'marketing', vendor: { oppo: { category: 'IM' } } }, {}],
    ['public', { purpose: 'marketing' }, { classes: { marketing: { category: null } } }],
    ['public', { purpose: 'system' }, { classes: { system: { category: 'MARKETING' } } }],
    ['private', { purpose: 'system' }, { classes: { system: { category: 'ORDER' } } }],
    ['public', { vendor: { oppo: { category: 'MARKETING' } } }, {}],
    ['private', { vendor: { oppo: { category: ' ' } } }, {}],
    ['public', { purpose: 'chat' }, { classes: { chat: { messageClass: 'public' } } }],
    ['private', { purpose: 'marketing' }, { classes: { marketing: { category: 'NEWS', messageClass: 'private' } } }],
    ['public', { purpose: 'marketing' }, { classes: { marketing: { messageClass: 'private' } } }],
    ['public', { purpose: 'chat' }, PUBLIC_DEFAULT],
    ['private', { purpose: 'chat' }, PRIVATE_DEFAULT],
    ['private', { purpose: 'chat' }, { ...PUBLIC_DEFAULT, classes: { chat: { channelId: 'c' } } }],
    ['private', { purpose: 'chat' }, { ...PUBLIC_DEFAULT, classes: { chat: { messageClass: 'private' } } }],
    ['public', { purpose: 'marketing' }, PRIVATE_DEFAULT],
    ['private', { purpose: 'marketing' }, { ...PRIVATE_DEFAULT, classes: { marketing: { category: null } } }],
  ])('counts as %s: %j with %j', (expected, changes, fields) => {
    const notification = notificationWith(changes);
    expect(quota.classOf(notification, credentialWith(fields))).toBe(expected);
    expect(renderedClass(notification, fields) ?? expected).toBe(expected);
  });

  const channels = {
    ...PUBLIC_DEFAULT,
    classes: {
      chat: { channelId: 'chats' },
      system: { channelId: 'news', messageClass: 'public' },
      call: { messageClass: 'private' },
      marketing: { channelId: 'promotions' },
    },
  };

  it.each<[string, Notification['purpose'], string]>([
    ['private', 'chat', 'chats'],
    ['public', 'chat', 'news'],
    ['public', 'chat', 'promotions'],
    ['public', 'chat', 'd'],
    ['private', 'chat', 'unknown'],
    ['private', 'system', 'chats'],
    ['private', 'system', 'unknown'],
    ['private', 'call', 'd'],
    ['public', 'marketing', 'chats'],
  ])('counts as %s: a message for %s that names the channel %s', (expected, purpose, channelId) => {
    const notification = notificationWith({ purpose, vendor: { oppo: { channelId } } });
    expect(quota.classOf(notification, credentialWith(channels))).toBe(expected);
    expect(renderedClass(notification, channels) ?? expected).toBe(expected);
  });

  it('refuses the class of a default channel that is not there', () => {
    expect(() => credentialWith({ messageClass: 'public' })).toThrow('messageClass');
  });

  it('lowers a message that names its class, its channel and its template', () => {
    const own = { channelId: 'chats', category: 'ORDER', notifyLevel: 16 };
    const template = {
      privateTemplateId: 't',
      privateTitleParameters: { a: 'b' },
      privateContentParameters: { c: 'd' },
    };
    const notification = notificationWith({ vendor: { oppo: { ...own, ...template, style: 2 } } });
    expect(quota.classOf(notification, credentialWith(channels))).toBe('private');
    const lowered = quota.lowered(notification);
    expect(quota.classOf(lowered, credentialWith(channels))).toBe('public');
    expect(lowered).toEqual({ ...notification, purpose: 'marketing', vendor: { oppo: { style: 2 } } });
  });

  it('counts every message as what is rendered', () => {
    const channelId = fc.constantFrom('a', 'b');
    const category = fc.constantFrom('IM', 'MARKETING', null);
    const messageClass = fc.constantFrom('private', 'public');
    const entry = fc.record({ channelId, category, messageClass }, { requiredKeys: [] });
    const classes = fc.dictionary(fc.constantFrom(...PURPOSES), entry);
    const fields = fc.record({ channelId, messageClass, classes }, { requiredKeys: ['channelId'] });
    const options = fc.record({
      category: fc.constantFrom('IM', 'MARKETING', '', 7, undefined),
      channelId: fc.constantFrom('a', 'b', 'c', undefined),
    });
    fc.assert(
      fc.property(fc.constantFrom(...PURPOSES), options, fields, (purpose, oppo, given) => {
        const notification = notificationWith({ purpose, vendor: { oppo } });
        const counted = quota.classOf(notification, credentialWith(given));
        expect(renderedClass(notification, given) ?? counted).toBe(counted);
      }),
    );
  });

  it.each<[string, number | undefined, boolean, number | null, number | null]>([
    ['private', 1_000_000, true, null, null],
    ['public', undefined, false, null, 2],
    ['public', undefined, true, null, 5],
    ['public', 0, false, 100_000, 2],
    ['public', 49_999, false, 100_000, 2],
    ['public', 50_001, true, 100_002, 5],
  ])('limits %s with %s users, news licence %s', (className, installedUsers, newsLicence, perDay, perDevicePerDay) => {
    const limits = quota.limitsOf(className, { installedUsers, newsLicence }, credentialWith());
    expect(limits).toEqual({ perDay, perDevicePerDay });
  });

  it.each([
    [undefined, 4_000],
    [9_999_999, 4_000],
    [10_000_000, 8_000],
    [49_999_999, 8_000],
    [50_000_000, 16_000],
    [100_000_000, 24_000],
  ])('of %s users allows %d messages a second', (installedUsers, perSecond) => {
    expect(quota.rateOf({ installedUsers }, credentialWith())).toEqual({ perSecond, unit: 'targets' });
  });
});

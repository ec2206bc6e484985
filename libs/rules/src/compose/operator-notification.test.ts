import { describe, expect, it } from '@jest/globals';
import { policySchema, type MessageContent, type OperatorPush } from '#libs/contracts';
import { aDevice, composed, verdictOf } from '../../test/fixtures.ts';
import { prepareEvent } from '../prepare-event.ts';
import { operatorNotification } from './operator-notification.ts';

const NOW = 1_700_000_000_000;
const PUSH: OperatorPush = {
  title: 'Sale',
  body: 'Today only',
  subtitle: 'Shop',
  data: { page: '7' },
  badge: { kind: 'none' },
  clickAction: 'open.shop',
  parts: {
    apns: { title: 'Sale on iOS', badge: { kind: 'set', value: 3 }, sound: null, options: { category: 'SHOP' } },
    huawei: { body: 'Huawei only', data: { page: '8' }, collapseKey: 'sale', lifetimeMs: 60_000 },
  },
};
const EVENT: MessageContent = {
  id: 'p-1',
  chatType: 'user',
  sender: { username: '', nickname: '' },
  messageType: 'text',
  dialect: 'agora',
  purpose: 'system',
  force: true,
  sentAt: NOW,
  operatorPush: PUSH,
};

describe("an operator's push", () => {
  const prepared = prepareEvent(EVENT, policySchema.parse({}));

  it('says to every vendor what it says to all', () => {
    expect(operatorNotification(prepared, PUSH, 'fcm')).toEqual({
      purpose: 'system',
      title: 'Sale',
      body: 'Today only',
      subtitle: 'Shop',
      badge: { kind: 'none' },
      data: { page: '7' },
      clickAction: 'open.shop',
      collapseId: 'p-1',
      collapse: false,
      dedupeId: expect.stringMatching(/^[0-9a-f]{20}$/),
      threadId: '',
      expiresAt: NOW + 86_400_000,
      background: false,
      vendor: {},
    });
  });

  it("lets one vendor's words go before them", () => {
    expect(operatorNotification(prepared, PUSH, 'apns')).toMatchObject({
      title: 'Sale on iOS',
      body: 'Today only',
      badge: { kind: 'set', value: 3 },
      sound: null,
      vendor: { apns: { category: 'SHOP' } },
    });
    expect(operatorNotification(prepared, PUSH, 'huawei')).toMatchObject({
      title: 'Sale',
      body: 'Huawei only',
      data: { page: '8' },
      collapseId: 'sale',
      collapse: true,
      expiresAt: NOW + 60_000,
    });
  });

  it('is the same for all receivers, whatever their settings', () => {
    const first = composed({ message: EVENT, user: { displayStyle: 'summary', soundUser: 'bell' } });
    const second = composed({ message: EVENT, user: { displayStyle: 'simple', language: 'fr' } });
    expect(second.key).toBe(first.key);
    expect(second.notification).toEqual(first.notification);
    expect(first.notification.title).toBe('Sale');
  });

  it.each([
    ['mode NONE', { user: { mode: 'NONE' as const } }],
    ['do-not-disturb', { user: { dndInterval: '00:00-00:00' } }],
    ['push switched off', { user: { pushEnabled: false } }],
    ['the app in the foreground', { devices: [aDevice({ presence: 'foreground' })] }],
  ])('goes through %s', (_setting, situation) => {
    expect(verdictOf({ message: EVENT, ...situation })).toMatchObject({ decision: 'send', reason: 'forced' });
  });

  it('does not reach a device that has logged out', () => {
    const verdict = verdictOf({ message: EVENT, devices: [aDevice({ presence: 'logged_out' })] });
    expect(verdict).toMatchObject({ decision: 'suppress', reason: 'logged_out' });
  });
});

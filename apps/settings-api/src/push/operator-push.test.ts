import { describe, expect, it } from '@jest/globals';
import type { OperatorPush, OperatorPushPart, VendorName } from '#libs/contracts';
import { operatorPush } from './operator-push.ts';
import { pushMessageSchema } from './push.schemas.ts';

function read(message: Record<string, unknown>): OperatorPush {
  return operatorPush(pushMessageSchema.parse(message));
}

describe('what a push says to all vendors', () => {
  it.each([{}, { title: null, content: ' ' }, { title: '', ext: {}, config: {} }])('has defaults in %j', (message) => {
    expect(read(message)).toEqual({
      title: 'You have a message',
      body: 'Check the message',
      data: {},
      badge: { kind: 'none' },
      parts: {},
    });
  });

  it('takes both spellings of the subtitle, and data as text', () => {
    expect(read({ subTitle: 'a' })).toMatchObject({ subtitle: 'a' });
    expect(read({ sub_title: 'b', ext: { n: 1, o: { p: [true] }, q: 'r', s: null } })).toMatchObject({
      subtitle: 'b',
      data: { n: '1', o: '{"p":[true]}', q: 'r' },
    });
  });

  it.each([
    [{ setNum: 3 }, { kind: 'set', value: 3 }],
    [{ addNum: 2 }, { kind: 'add', value: 2 }],
    [
      { setNum: 3, addNum: 2 },
      { kind: 'set', value: 3 },
    ],
    [
      { setNum: 0, addNum: 2 },
      { kind: 'add', value: 2 },
    ],
    [
      { setNum: 3, addNum: 0 },
      { kind: 'set', value: 3 },
    ],
    [
      { setNum: 0, addNum: 0 },
      { kind: 'set', value: 0 },
    ],
    [{ setNum: '4' }, { kind: 'set', value: 4 }],
    [{ addNum: 0 }, { kind: 'none' }],
    [{ setNum: -1, addNum: 'x' }, { kind: 'none' }],
  ])('reads the badge %j', (badge, expected) => {
    expect(read({ config: { badge } }).badge).toEqual(expected);
  });

  it("hands the click's activity and the badge's class to the vendors that have them", () => {
    const config = {
      clickAction: { action: 'A', activity: 'im.example.Main' },
      badge: { activity: 'im.example.Badge' },
    };
    const { clickAction, parts } = read({ config });
    expect(clickAction).toBe('A');
    expect(parts).toEqual({
      huawei: { options: { badgeClass: 'im.example.Badge' } },
      oppo: { options: { clickActivity: 'im.example.Main' } },
      vivo: { options: { clickActivity: 'im.example.Main' } },
      meizu: { options: { clickActivity: 'im.example.Main' } },
    });
  });
});

describe('what a push says to one vendor', () => {
  it.each<[VendorName, Record<string, unknown>, OperatorPushPart]>([
    [
      'apns',
      {
        apns: {
          title: 'T',
          subTitle: 'S',
          content: 'C',
          badge: 0,
          sound: 's.caf',
          collapseId: 'k',
          invalidationTime: 5_000,
          priority: 5,
          pushType: 'background',
          mutableContent: true,
          contentAvailable: false,
          categoryName: 'G',
          threadId: 'H',
          interruptionLevel: 'active',
          ext: { x: 'y' },
        },
      },
      {
        title: 'T',
        subtitle: 'S',
        body: 'C',
        badge: { kind: 'set', value: 0 },
        sound: 's.caf',
        collapseKey: 'k',
        lifetimeMs: 5_000,
        data: { x: 'y' },
        options: {
          priority: 5,
          background: true,
          mutableContent: true,
          contentAvailable: false,
          category: 'G',
          threadId: 'H',
          interruptionLevel: 'active',
        },
      },
    ],
    [
      'fcm',
      {
        fcm: {
          collapseKey: 'k',
          priority: 'HIGH',
          timeToLive: '60',
          data: { a: 'b' },
          notification: {
            title: 'T',
            body: 'C',
            androidChannelId: 'ch',
            icon: 'i',
            color: '#112233',
            clickAction: 'go',
          },
        },
      },
      {
        title: 'T',
        body: 'C',
        collapseKey: 'k',
        lifetimeMs: 60_000,
        data: { a: 'b' },
        options: { priority: 'high', channelId: 'ch', icon: 'i', color: '#112233', clickAction: 'go' },
      },
    ],
    [
      'fcm',
      {
        fcm: { collapseKey: 'old', notification: { title: 'Old', icon: 'i' } },
        fcmV1: {
          type: 'DATA',
          options: { analytics_label: 'l' },
          notification: { title: 'T', body: 'C', image: 'https://x/i.png' },
          androidConfig: { ttl: '3.5s', androidNotification: { title: 'A', sound: '/raw/ring.mp3' } },
        },
      },
      {
        title: 'A',
        body: 'C',
        image: 'https://x/i.png',
        collapseKey: 'old',
        lifetimeMs: 3_500,
        options: { icon: 'i', style: 'data', sound: 'ring', options: { analytics_label: 'l' } },
      },
    ],
    [
      'huawei',
      {
        huawei: {
          message: {
            data: { a: 'b' },
            notification: { title: 'N', body: 'M', image: 'https://x/i.png' },
            android: {
              ttl: '86400s',
              category: 'IM',
              receiptId: 'R',
              targetUserType: 1,
              data: '{"c":"d"}',
              notification: {
                title: 'T',
                channelId: 'ch',
                sound: '/raw/ring',
                importance: 'NORMAL',
                style: 1,
                clickAction: { type: 1, action: 'go' },
                badge: { addNum: 1, badgeClass: 'im.example.Main' },
              },
            },
          },
        },
      },
      {
        title: 'T',
        body: 'M',
        badge: { kind: 'add', value: 1 },
        data: { c: 'd' },
        lifetimeMs: 86_400_000,
        options: {
          image: 'https://x/i.png',
          category: 'IM',
          channelId: 'ch',
          importance: 'NORMAL',
          sound: 'ring',
          bigText: true,
          clickAction: 'go',
          badgeClass: 'im.example.Main',
          receiptId: 'R',
          testMessage: true,
        },
      },
    ],
    [
      'honor',
      {
        honor: {
          data: { key1: 'value1' },
          androidConfig: {
            ttl: '60s',
            androidNotification: {
              title: 'T',
              body: 'C',
              importance: 'LOW',
              style: 1,
              clickAction: { type: 2, url: 'https://x' },
              badgeNotification: { setNum: 1 },
            },
          },
        },
      },
      {
        title: 'T',
        body: 'C',
        badge: { kind: 'set', value: 1 },
        data: { key1: 'value1' },
        lifetimeMs: 60_000,
        options: { importance: 'LOW', style: 1 },
      },
    ],
    [
      'xiaomi',
      { xiaomi: { title: 'T', description: 'D', content: 'C', channelId: 'ch', timeToLive: 1_000 } },
      { title: 'T', body: 'D', lifetimeMs: 1_000, options: { channelId: 'ch' } },
    ],
    [
      'oppo',
      {
        oppo: {
          title: 'T',
          subTitle: 'S',
          content: 'C',
          clickActionType: 4,
          clickActionActivity: 'Main',
          offLineTtl: 9,
        },
      },
      { title: 'T', subtitle: 'S', body: 'C', lifetimeMs: 9_000, options: { clickActivity: 'Main' } },
    ],
    [
      'oppo',
      { oppo: { clickActionType: 1, clickActionActivity: 'go', actionParameters: { a: 1 }, style: 2 } },
      { clickAction: 'go', data: { a: '1' }, options: { style: 2 } },
    ],
    [
      'vivo',
      {
        vivo: { title: 'T', content: 'C', classification: 1, notifyType: 2, skipType: 4, skipContent: 'intent:x;end' },
      },
      { title: 'T', body: 'C', options: { classification: 1, notifyType: 2, clickActivity: 'intent:x;end' } },
    ],
    [
      'meizu',
      { meizu: { title: 'T', content: 'C', clickType: 1, activity: 'im.example.Main', validTime: 2 } },
      { title: 'T', body: 'C', lifetimeMs: 7_200_000, options: { clickActivity: 'im.example.Main' } },
    ],
  ])('is read for %s', (vendor, message, part) => {
    expect(read(message).parts).toEqual({ [vendor]: part });
  });

  it('ignores what has the wrong type', () => {
    const apns = { title: 5, badge: -1, priority: 'x', ext: 'text', invalidationTime: 1.5, mutableContent: 'yes' };
    const fcm = { data: '[1]', timeToLive: 'soon', notification: [] };
    expect(read({ apns, fcm, fcmV1: null, huawei: { message: 1 } }).parts).toEqual({});
  });

  it('keeps no push for longer than seven days', () => {
    expect(read({ fcm: { timeToLive: '2419200' } }).parts.fcm).toEqual({ lifetimeMs: 604_800_000 });
  });
});

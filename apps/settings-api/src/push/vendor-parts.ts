import type { OperatorPushPart, VendorName } from '#libs/contracts';
import { readBadge } from './badge.ts';
import { defined, readCount, readData, readFlag, readObject, readSeconds, readText, type JsonObject } from './read.ts';

/** The parts of a push message that name a vendor (Agora contract section 3.13; Easemob push notification page). */
type VendorObjects = Readonly<Record<string, unknown>>;

type ReadPart = (message: VendorObjects) => OperatorPushPart;

/** `undefined` fields are left out, so that they hide nothing; empty options are no options. */
function part({ options, ...fields }: { [K in keyof OperatorPushPart]: OperatorPushPart[K] | undefined }) {
  const own = defined(options ?? {});
  return { ...defined(fields), ...(Object.keys(own).length > 0 && { options: own }) };
}

/** A resource's name without folders and suffix. */
function resourceName(value: unknown): string | undefined {
  return readText(value)
    ?.replace(/^.*\//, '')
    .replace(/\.[^.]*$/, '');
}

function lowerCase(value: unknown): string | undefined {
  return readText(value)?.toLowerCase();
}

const apns: ReadPart = (message) => {
  const own = readObject(message['apns']);
  const badge = readCount(own['badge']);
  return part({
    title: readText(own['title']),
    body: readText(own['content']),
    subtitle: readText(own['subTitle']),
    sound: readText(own['sound']),
    badge: badge === undefined ? undefined : { kind: 'set', value: badge },
    data: readData(own['ext']),
    collapseKey: readText(own['collapseId']),
    lifetimeMs: readCount(own['invalidationTime']),
    options: {
      priority: readCount(own['priority']) === 5 ? 5 : undefined,
      background: own['pushType'] === 'background' ? true : undefined,
      mutableContent: readFlag(own['mutableContent']),
      contentAvailable: readFlag(own['contentAvailable']),
      category: readText(own['categoryName']),
      threadId: readText(own['threadId']),
      interruptionLevel: readText(own['interruptionLevel']),
    },
  });
};

/** The older form, `fcm`. */
function fcmLegacy(own: JsonObject): OperatorPushPart {
  const shown = readObject(own['notification']);
  return part({
    title: readText(shown['title']),
    body: readText(shown['body']),
    data: readData(own['data']),
    collapseKey: readText(own['collapseKey']),
    lifetimeMs: readSeconds(own['timeToLive']),
    options: {
      priority: lowerCase(own['priority']),
      channelId: readText(shown['androidChannelId']),
      icon: readText(shown['icon']),
      sound: resourceName(shown['sound']),
      color: readText(shown['color']),
      clickAction: readText(shown['clickAction']),
    },
  });
}

/** The newer form, `fcmV1`; what it says for Android goes before what it says to all. */
function fcmV1(own: JsonObject): OperatorPushPart {
  const all = readObject(own['notification']);
  const android = readObject(own['androidConfig']);
  const shown = readObject(android['androidNotification'] ?? android['notification']);
  const options = readObject(own['options']);
  return part({
    title: readText(shown['title']) ?? readText(all['title']),
    body: readText(shown['body']) ?? readText(all['body']),
    image: readText(shown['image']) ?? readText(all['image']),
    data: readData(own['data']),
    collapseKey: readText(android['collapseKey']),
    lifetimeMs: readSeconds(android['ttl']),
    options: {
      style: lowerCase(own['type']),
      priority: lowerCase(android['priority']),
      channelId: readText(shown['channelId']),
      icon: readText(shown['icon']),
      sound: resourceName(shown['sound']),
      color: readText(shown['color']),
      clickAction: readText(shown['clickAction']),
      options: Object.keys(options).length === 0 ? undefined : options,
    },
  });
}

const fcm: ReadPart = (message) => {
  const legacy = fcmLegacy(readObject(message['fcm']));
  const current = fcmV1(readObject(message['fcmV1']));
  const options = { ...legacy.options, ...current.options };
  return { ...legacy, ...current, ...(Object.keys(options).length > 0 && { options }) };
};

/** An intent action that a tap starts; Huawei and Honor write it alike. */
function clickedAction(value: unknown): string | undefined {
  const click = readObject(value);
  return readCount(click['type']) === 1 ? readText(click['action']) : undefined;
}

const huawei: ReadPart = (message) => {
  const own = readObject(readObject(message['huawei'])['message']);
  const all = readObject(own['notification']);
  const android = readObject(own['android']);
  const shown = readObject(android['notification']);
  const badge = readObject(shown['badge']);
  const isTest = readCount(android['targetUserType']);
  return part({
    title: readText(shown['title']) ?? readText(all['title']),
    body: readText(shown['body']) ?? readText(all['body']),
    badge: readBadge(badge),
    data: readData(android['data']) ?? readData(own['data']),
    lifetimeMs: readSeconds(android['ttl']),
    options: {
      image: readText(shown['image']) ?? readText(all['image']),
      category: readText(android['category']),
      channelId: readText(shown['channelId']),
      importance: readText(shown['importance']),
      sound: resourceName(shown['sound']),
      bigText: readCount(shown['style']) === 1 ? true : undefined,
      clickAction: clickedAction(shown['clickAction']),
      badgeClass: readText(badge['badgeClass']),
      receiptId: readText(android['receiptId']),
      testMessage: isTest === 0 || isTest === 1 ? isTest === 1 : undefined,
    },
  });
};

const honor: ReadPart = (message) => {
  const own = readObject(message['honor']);
  const android = readObject(own['androidConfig']);
  const shown = readObject(android['androidNotification']);
  return part({
    title: readText(shown['title']),
    body: readText(shown['body']),
    badge: readBadge(readObject(shown['badgeNotification'])),
    data: readData(android['data']) ?? readData(own['data']),
    lifetimeMs: readSeconds(android['ttl']),
    options: {
      image: readText(shown['image']),
      importance: readText(shown['importance']),
      clickAction: clickedAction(shown['clickAction']),
      style: readCount(shown['style']),
      targetUserType: readCount(android['targetUserType']),
    },
  });
};

const xiaomi: ReadPart = (message) => {
  const own = readObject(message['xiaomi']);
  return part({
    title: readText(own['title']),
    // The page's table says `description`, its sample `content`.
    body: readText(own['description']) ?? readText(own['content']),
    lifetimeMs: readCount(own['timeToLive']),
    options: { channelId: readText(own['channelId']), sound: resourceName(own['sound']) },
  });
};

/** `clickActionType` of an activity. */
const OPPO_ACTIVITY = 4;
const OPPO_ACTION = 1;

const oppo: ReadPart = (message) => {
  const own = readObject(message['oppo']);
  const type = readCount(own['clickActionType']);
  const page = readText(own['clickActionActivity']);
  return part({
    title: readText(own['title']),
    body: readText(own['content']),
    subtitle: readText(own['subTitle']),
    clickAction: type === OPPO_ACTION ? page : undefined,
    data: readData(own['actionParameters']),
    lifetimeMs: readSeconds(own['offLineTtl']),
    options: {
      channelId: readText(own['channelId']),
      category: readText(own['category']),
      notifyLevel: readCount(own['notifyLevel']),
      style: readCount(own['style']),
      clickActivity: type === OPPO_ACTIVITY ? page : undefined,
    },
  });
};

/** `skipType` of a page in the app. */
const VIVO_PAGE = 4;

const vivo: ReadPart = (message) => {
  const own = readObject(message['vivo']);
  return part({
    title: readText(own['title']),
    body: readText(own['content']),
    data: readData(own['clientCustomMap']),
    lifetimeMs: readSeconds(own['timeToLive']),
    options: {
      classification: readCount(own['classification']),
      category: readText(own['category']),
      notifyType: readCount(own['notifyType']),
      clickActivity: readCount(own['skipType']) === VIVO_PAGE ? readText(own['skipContent']) : undefined,
    },
  });
};

/** `clickType` of a page in the app. */
const MEIZU_PAGE = 1;
const HOUR_MS = 3_600_000;

const meizu: ReadPart = (message) => {
  const own = readObject(message['meizu']);
  const hours = readCount(own['validTime']);
  return part({
    title: readText(own['title']),
    body: readText(own['content']),
    data: readData(own['parameters']),
    lifetimeMs: hours === undefined ? undefined : hours * HOUR_MS,
    options: {
      noticeMsgType: readCount(own['noticeMsgType']),
      clickActivity: readCount(own['clickType']) === MEIZU_PAGE ? readText(own['activity']) : undefined,
    },
  });
};

/** One function per vendor; a vendor without one does not compile. Keys that no function reads are ignored. */
export const VENDOR_PARTS: Readonly<Record<VendorName, ReadPart>> = {
  apns,
  fcm,
  huawei,
  honor,
  xiaomi,
  oppo,
  vivo,
  meizu,
};

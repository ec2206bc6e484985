import {
  policySchema,
  type DeviceFacts,
  type MessageEvent,
  type Notification,
  type Policy,
  type ReceiverFacts,
  type ReceiverVerdict,
  type Template,
  type TokenFacts,
  type UserFacts,
} from '#libs/contracts';
import { compositionKey } from '../src/compose/choice.ts';
import { compose } from '../src/compose/compose.ts';
import { decide } from '../src/decide.ts';
import { prepareEvent } from '../src/prepare-event.ts';

/** 2023-11-14 22:13:20 UTC. */
export const NOW = 1_700_000_000_000;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Unix ms of a time of day (UTC) on the day of {@link NOW}, or on a day after it. */
export function at(time: string, day = 0): number {
  const iso = time.length === 5 ? `${time}:00` : time;
  return Date.parse(`2023-11-14T${iso}Z`) + day * DAY;
}

function aPolicy(settings: Partial<Policy> = {}): Policy {
  return policySchema.parse(settings);
}

/** A text of S to R in a one-to-one chat. */
function aMessage(fields: Partial<MessageEvent> = {}): MessageEvent {
  return {
    id: 'm1',
    chatType: 'user',
    sender: { username: 'S' },
    receivers: ['R'],
    messageType: 'text',
    text: 'hi',
    sentAt: NOW,
    ...fields,
  };
}

/** Fields of a message to group G. */
export const TO_GROUP = { chatType: 'chatgroup', conversation: 'G' } as const;

export function aUser(settings: Partial<UserFacts> = {}): UserFacts {
  return {
    activated: true,
    pushEnabled: true,
    displayStyle: 'simple',
    language: '',
    timeZone: null,
    mode: null,
    dndUntil: null,
    dndInterval: null,
    templateName: null,
    soundUser: null,
    soundGroup: null,
    ...settings,
  };
}

export function aToken(fields: Partial<TokenFacts> = {}): TokenFacts {
  return {
    id: 1,
    token: 'token-1',
    credential: 'c1',
    vendor: 'fcm',
    credentialId: 1,
    credentialDisabled: false,
    region: null,
    registeredAt: NOW - DAY,
    goneAt: null,
    mutedUntil: null,
    ...fields,
  };
}

export function aDevice(fields: Partial<DeviceFacts> = {}): DeviceFacts {
  return {
    deviceId: 'd1',
    presence: 'background',
    seenAt: NOW - HOUR,
    unread: 0,
    locale: null,
    tokens: [aToken()],
    ...fields,
  };
}

interface Situation {
  user?: Partial<UserFacts> | null;
  conversation?: Partial<ReceiverFacts['conversation']>;
  devices?: readonly DeviceFacts[];
  username?: string;
}

/** R, in the background on one device, with no settings unless given. */
function aReceiver({ user, conversation, devices, username }: Situation = {}): ReceiverFacts {
  return {
    username: username ?? 'R',
    user: user === null ? null : aUser(user),
    conversation: { mode: null, dndUntil: null, ...conversation },
    devices: devices ?? [aDevice()],
  };
}

export interface Case extends Situation {
  message?: Partial<MessageEvent>;
  policy?: Partial<Policy>;
  now?: number;
  receiverCount?: number;
}

/** Decides a case. The message was sent at the moment of the decision, unless it says otherwise. */
export function verdictOf({ message, policy, now, receiverCount, ...situation }: Case): ReceiverVerdict {
  const moment = now ?? NOW;
  const event = aMessage({ sentAt: moment, ...message });
  return decide({
    event: prepareEvent(event, aPolicy(policy)),
    facts: aReceiver(situation),
    receiverCount: receiverCount ?? 1,
    now: moment,
  });
}

export interface Composition extends Case {
  nickname?: string | null;
  templates?: readonly Template[];
  locale?: string | null;
}

/** Composes a case, and gives its key. S has the nickname Bo unless another is given. */
export function composed({ message, policy, nickname, templates, locale, ...situation }: Composition): {
  notification: Notification;
  key: string;
} {
  const input = {
    event: prepareEvent(aMessage(message), aPolicy(policy)),
    facts: aReceiver(situation),
    templates: new Map((templates ?? []).map((template) => [template.name, template])),
    locale: locale ?? null,
    sender: { nickname: nickname === undefined ? 'Bo' : nickname },
  };
  return { notification: compose(input), key: compositionKey(input) };
}

export function aTemplate(name: string, titlePattern: string, contentPattern: string): Template {
  return { name, titlePattern, contentPattern };
}

import { suppress, type Rule } from './rule.ts';

/** Chat rooms and command messages are never pushed (Agora contract section 5.1 step 2). */
export const roomOrCommand: Rule = ({ event: { event } }) =>
  event.chatType === 'chatroom' || event.messageType === 'command'
    ? suppress('not_pushable', { chatType: event.chatType, messageType: event.messageType })
    : null;

/** System and signalling messages need a push text of their own (Tencent offline push overview; Flutter guide). */
export const systemWithoutText: Rule = ({ event: { event, hasOwnText } }) =>
  (event.messageType === 'system' || event.messageType === 'signalling') && !hasOwnText
    ? suppress('not_pushable', { messageType: event.messageType })
    : null;

/** Groups above the app's limit are not pushed (Agora contract D62). */
export const groupTooLarge: Rule = ({ event: { event, policy }, receiverCount }) =>
  event.chatType === 'chatgroup' && policy.groupLimit !== null && receiverCount > policy.groupLimit
    ? suppress('not_pushable', { receivers: receiverCount, groupLimit: policy.groupLimit })
    : null;

/** Invitations to group calls are not pushed (Tencent Flutter push guide, step 7). */
export const groupCallInvite: Rule = ({ event: { event } }) =>
  event.messageType === 'group_call_invite' ? suppress('group_call_invite') : null;

/** What a custom message shows cannot be known, unless it says so (Tencent Flutter push guide, troubleshooting 2). */
export const customWithoutDescription: Rule = ({ event: { customOnly, hasOwnText, text } }) =>
  customOnly && !hasOwnText && text.original === '' ? suppress('custom_without_description') : null;

/** The message's own push setting is off (Tencent `PushFlag` 1, client `disablePush`). */
export const disabledByMessage: Rule = ({ event: { info } }) =>
  info.PushFlag === 1 ? suppress('disabled_by_message') : null;

/** A silent message is pushed to nobody; whether force beats that is the app's policy (Agora contract D44, D45). */
export const silentMessage: Rule = ({ event: { silent, forced, policy } }) =>
  silent && !(forced && policy.silentAndForced === 'forced') ? suppress('silent_message', { forced }) : null;

/** For connected devices only: online-only flag, or a lifetime of zero (Tencent contract R6, Agora contract D64). */
export const onlineOnly: Rule = ({ event }) => (event.onlineOnly ? suppress('online_only') : null);

/** Older than its lifetime (Agora contract D65, Tencent contract R8). */
export const expired: Rule = ({ event: { expiresAt }, now }) =>
  now > expiresAt ? suppress('expired', { expiresAt }) : null;

/**
 * All that two processes share. Does no I/O.
 *
 * The words, one per thing:
 * - app: a tenant (organization + application name).
 * - user: a chat account in an app.
 * - device: one install of the chat program. It has a presence and, per credential, a device token.
 * - device token: the vendor's address of a device.
 * - vendor: a push cloud. credential: an app's account with one, by name (Agora: notifier; Tencent: certificate ID).
 * - channel: FCM or native; a device with tokens of both is pushed to through one. muted token: its user switched
 *   notifications off, says the vendor.
 * - presence: foreground, background, logged out (by itself) or kicked (by another login).
 * - message event: "this message was sent to these receivers". receiver: a user whom it is for.
 * - conversation: (chat type, key), with settings per user. mode: ALL, AT, NONE; in a conversation DEFAULT inherits.
 * - do-not-disturb (DND): a duration (until an instant) or an interval (daily HH:MM-HH:MM).
 * - mention: the message names the receiver. force: the message goes through the receiver's settings.
 * - purpose: what a message is for (chat, call, system, marketing). class: what the vendor counts it as.
 * - verdict: send, or suppress, with a reason from a closed list.
 * - check of a credential: asks its vendor whether it works, without a push. finding: one result of it, with its own verdict.
 * - notification: vendor-neutral title, body, sound, badge, image, data, click action.
 * - send job: one notification for up to N device tokens (targets) of one credential. batch: send jobs queued together.
 * - quota: how many pushes of a class a vendor takes per vendor day; rate: how many per second. lease: what a sender may
 *   use of a quota without asking again. step: what is done with a push for which none is left. urgent: a push for a chat or
 *   a call, which comes first within a rate. refusal: a vendor's answer that nothing is left.
 *   standing: how the day stands by the vendor's own count. doubt: a push that may have gone out when its sender fell silent.
 * - outcome: the vendor's immediate answer per token. receipt: later proof.
 * - page: up to 5,000 receivers of one message. decision: the stored verdicts on a page. claim: a sender's hold on a batch.
 * - story: all that is stored of a message. explanation: the story as the API tells it.
 */
export {
  acceptEvent,
  CHAT_TYPES,
  DIALECTS,
  identifierSchema,
  MAX_LIFETIME_MS,
  MAX_RECEIVERS,
  MESSAGE_TYPES,
  messageEventSchema,
  messageIdSchema,
  RECEIVERS_PER_PAGE,
} from './message-event.ts';
export type {
  ChatType,
  Dialect,
  MessageContent,
  MessageElement,
  MessageEvent,
  MessageEventInput,
  MessageType,
} from './message-event.ts';
export type { OfflinePushInfo } from './offline-push-info.ts';
export { policySchema } from './policy.ts';
export type { Policy } from './policy.ts';
export { FOREVER, MODES, PRESENCES } from './facts.ts';
export type {
  ConversationFacts,
  DeviceFacts,
  Mode,
  Presence,
  ReceiverFacts,
  SenderFacts,
  Template,
  TokenFacts,
  UserFacts,
} from './facts.ts';
export { SEND_REASONS, SUPPRESS_REASONS } from './verdict.ts';
export type { Decision, DeviceVerdict, ReceiverVerdict, SendReason, SuppressReason, VerdictFacts } from './verdict.ts';
export type { Notification, Target } from './notification.ts';
export type { OperatorPush, OperatorPushPart } from './operator-push.ts';
export { PURPOSES } from './purpose.ts';
export type { Purpose } from './purpose.ts';
export { EXHAUSTION_STEPS, purposeIndex, quotaSettingsSchema } from './quota.ts';
export type { ClassLimits, ExhaustionStep, QuotaNote, QuotaSettings, RateLimit, Rerouted } from './quota.ts';
export { RECEIPT_STATES } from './receipt.ts';
export type { Exhausted, Receipt, ReceiptState } from './receipt.ts';
export { TARGET_STATES } from './outcome.ts';
export type { Outcome, OutcomeKind, TargetState } from './outcome.ts';
export { JOB_VERSION, MESSAGES_QUEUE, messagesJobSchema, pushJobSchema, pushQueue } from './jobs.ts';
export type { MessagesJob, PushJob } from './jobs.ts';
export { ApiError, ERRORS } from './errors.ts';
export type { ErrorCode } from './errors.ts';
export { channelOf, VENDOR_NAMES } from './vendor-name.ts';
export type { Channel, VendorName } from './vendor-name.ts';
export { CHECKS, FINDING_VERDICTS, worstOf } from './finding.ts';
export type { Check, Finding, FindingVerdict } from './finding.ts';
export type { AccessToken, AccessTokenRules, AccessTokenStore } from './access-token.ts';

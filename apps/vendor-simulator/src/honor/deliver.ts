import type { TokenRegistry } from '../core/tokens.ts';
import { type World, accept, registrationOf } from '../core/world.ts';
import type { SendOutcome } from './answers.ts';
import type { HonorApp } from './apps.ts';
import type { HonorMessage } from './message.ts';
import type { HonorQuotas } from './quotas.ts';
import { honorReceipts } from './receipts.ts';
import type { HonorRegistration } from './registrations.ts';

/** No text says what a token may consist of; ours. */
const PUSH_TOKEN = /^[\w.:-]{8,512}$/;

/** The lists of the answer that name tokens not taken: no longer valid, and failed (honor section 4). */
export const DEATH_LISTS = ['expireTokens', 'failTokens'] as const;
/** Deaths that the answer does not tell and the receipt does: app removed, token absent on the device (honor section 7). */
export const RECEIPT_DEATHS = ['40000003', '40000004'];

/** What delivering needs to know. */
export interface DeliveryState {
  readonly world: World;
  readonly tokens: TokenRegistry<HonorRegistration>;
  readonly quotas: HonorQuotas;
  /** The registration of tokens that an app uses first. */
  registrationBy(app: HonorApp): HonorRegistration;
}

/** One call that is taken. */
export interface Call {
  readonly app: HonorApp;
  readonly message: HonorMessage;
  readonly requestId: string;
  /** The body without its tokens. */
  readonly raw: string;
  readonly now: number;
}

/** Gives a call to those of its devices that take it, and tells what became of the others. */
export function deliver(state: DeliveryState, call: Call): SendOutcome {
  const failed: Record<(typeof DEATH_LISTS)[number], string[]> = { failTokens: [], expireTokens: [] };
  let accepted = 0;
  for (const token of call.message.token) {
    const registration = PUSH_TOKEN.test(token)
      ? registrationOf(state.world, state.tokens, token, () => state.registrationBy(call.app))
      : undefined;
    const list = registration === undefined ? 'expireTokens' : listAgainst(state, call.app, token, registration);
    if (registration === undefined || list !== undefined) failed[list ?? 'expireTokens'].push(token);
    else {
      accepted += 1;
      deliverTo(state, call, token, registration);
    }
  }
  return { requestId: call.requestId, accepted, ...failed };
}

/** That a token of another app is "failed" is ours: it is valid, elsewhere. */
function listAgainst({ tokens }: DeliveryState, app: HonorApp, token: string, { appId }: HonorRegistration) {
  const death = tokens.death(token);
  if (death === undefined || RECEIPT_DEATHS.includes(death.reason))
    return appId === app.appId ? undefined : 'failTokens';
  return death.reason === 'failTokens' ? 'failTokens' : 'expireTokens';
}

function deliverTo(state: DeliveryState, call: Call, token: string, registration: HonorRegistration): void {
  const { app, message, requestId, raw, now } = call;
  const { android } = message;
  const own = android?.notification;
  const isMarketing = own !== undefined && (own.importance !== 'NORMAL' || !app.classificationRight);
  const fate = fateOf(state, call, token, registration, isMarketing);
  accept(state.world, {
    vendor: 'honor',
    token,
    app: app.appId,
    receivedAt: now,
    id: requestId,
    replaceKey: replaceKeyOf(own),
    visible: own !== undefined && fate === undefined,
    raw,
    details: {
      importance: own === undefined ? undefined : isMarketing ? 'LOW' : 'NORMAL',
      ttl: android?.ttl === undefined ? undefined : Number.parseInt(android.ttl, 10),
      biTag: android?.biTag,
      fate,
    },
  });
  if (app.receiptUrl === undefined) return;
  const code = fate ?? (own === undefined ? '40000001' : '40000002');
  const callback = { url: app.receiptUrl, appId: app.appId };
  state.world.receipts.add(honorReceipts, callback, { token, messageId: requestId, reference: android?.biTag, code });
}

/** Receipt code of a message that is taken and not shown. That the answer does not tell of the cap is ours. */
function fateOf(
  { quotas, tokens }: DeliveryState,
  { app, message, now }: Call,
  token: string,
  { muted, disabled }: HonorRegistration,
  isMarketing: boolean,
): string | undefined {
  const isCounted = isMarketing && message.android?.targetUserType !== 1;
  if (isCounted && !quotas.takeMarketing(app, token, now)) return '40000009';
  const death = tokens.death(token);
  if (death !== undefined) return death.reason;
  if (disabled) return '40000006';
  return muted && message.android?.notification !== undefined ? '40000005' : undefined;
}

/** Which of the two counts when both are given is ours. */
function replaceKeyOf(own: NonNullable<HonorMessage['android']>['notification']): string | undefined {
  const { notifyId, tag } = own ?? {};
  if (notifyId !== undefined && notifyId !== -1) return `id:${notifyId}`;
  return tag === undefined ? undefined : `tag:${tag}`;
}

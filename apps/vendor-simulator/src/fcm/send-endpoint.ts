import { parseObject } from '../core/jwt.ts';
import type { TokenDeath, TokenRegistry } from '../core/tokens.ts';
import { type World, accept, registrationOf } from '../core/world.ts';
import type { Answer, Endpoint, FaultAnswer, VendorRequest } from '../http/exchange.ts';
import { isOfType } from '../http/media-type.ts';
import { bearerOf } from '../http/bearer.ts';
import { jsonAnswer } from '../http/json.ts';
import type { FcmAccount } from './accounts.ts';
import { JSON_TYPE, fcmError } from './errors.ts';
import type { FcmLimits } from './limits.ts';
import { type FcmMessage, objectOf, readSendRequest } from './message.ts';
import { isVisible, tagOf } from './present.ts';
import type { FcmQuotas } from './quotas.ts';
import type { FcmCredentials } from './token-endpoint.ts';

const SEND_PATH = /^\/v1\/projects\/([^/?]+)\/messages:send(?:\?.*)?$/;
/** No text says what a registration token may consist of; these are the characters seen in them. */
const REGISTRATION_TOKEN = /^[\w:-]{8,4096}$/;

/** Where a registration token is valid. */
export interface FcmRegistration {
  readonly projectId: string;
  readonly packageName: string | undefined;
}

/** What a send needs to know. */
export interface FcmState extends FcmCredentials {
  readonly world: World;
  readonly limits: FcmLimits;
  readonly quotas: FcmQuotas;
  readonly tokens: TokenRegistry<FcmRegistration>;
  /** The registration of tokens that an account uses first; shared to keep a million of them small. */
  registrationBy(account: FcmAccount): FcmRegistration;
  nextMessageId(): string;
}

/** `POST /v1/projects/{project}/messages:send` (fcm section 3). */
export function sendEndpoint(state: FcmState): Endpoint {
  return {
    scope: 'fcm',
    maxBodyBytes: 256 * 1024,
    openConnection: () => (request) => answerSend(state, request),
    identify: (request) => ({
      credential: SEND_PATH.exec(request.path)?.[1],
      tokens: [claimedToken(request.body.toString('utf8'))],
    }),
    faultAnswer,
  };
}

/** The order of the checks is ours: sign-in, permission, quota, form, recipient. */
function answerSend(state: FcmState, request: VendorRequest): Answer {
  const segment = SEND_PATH.exec(request.path)?.[1];
  if (request.method !== 'POST' || segment === undefined) return notFound();
  const now = state.world.now();
  const account = signIn(state, request, now);
  if ('status' in account) return account;
  const projectId = state.accounts.projectId(segment);
  if (projectId === undefined) return notFound();
  if (projectId !== account.projectId || !account.canSend) {
    return fcmError(403, 'The account may not send messages for this project.');
  }
  const overProject = state.quotas.refuseProject(projectId, now);
  if (overProject !== undefined) return overProject;
  if (!isOfType(request, 'application/json')) return fcmError(400, 'The content type must be application/json.');
  const raw = request.body.toString('utf8');
  const send = readSendRequest(raw, state.limits);
  if ('status' in send) return send;
  const { message } = send;
  const refused = refuseRecipient(state, account, message, now);
  if (refused !== undefined) return refused;
  const name = `projects/${projectId}/messages/${state.nextMessageId()}`;
  if (send.validateOnly) state.world.counters.of('fcm').validated += 1;
  else record(state, account, message, name, raw, now);
  return jsonAnswer(200, { name }, JSON_TYPE);
}

function signIn(state: FcmState, request: VendorRequest, now: number): FcmAccount | Answer {
  const bearer = bearerOf(request);
  const token = bearer === undefined ? undefined : state.accessTokens.get(bearer);
  const account = token === undefined ? undefined : state.accounts.get(token.owner);
  if (token === undefined || account === undefined) {
    return fcmError(401, 'The request does not have a valid access token.');
  }
  if (token.expiresAt <= now) {
    // The reason is from memory.
    return fcmError(401, 'The access token has expired.', { reason: 'ACCESS_TOKEN_EXPIRED' });
  }
  return account;
}

function refuseRecipient(state: FcmState, account: FcmAccount, message: FcmMessage, now: number): Answer | undefined {
  const { token } = message;
  if (typeof token !== 'string') return undefined;
  if (!REGISTRATION_TOKEN.test(token)) return malformedToken();
  const registration = registrationOf(state.world, state.tokens, token, () => state.registrationBy(account));
  if (registration === undefined) return unregistered();
  if (registration.projectId !== account.projectId) return senderMismatch();
  const wanted = objectOf(message['android'])['restricted_package_name'];
  if (wanted !== undefined && registration.packageName !== undefined && wanted !== registration.packageName) {
    return fcmError(400, 'The restricted package name is not the package of the token.', {
      errorCode: 'INVALID_ARGUMENT',
    });
  }
  const death = state.tokens.death(token);
  return death === undefined ? state.quotas.refuseDevice(token, now) : answerDead(death);
}

function record(
  state: FcmState,
  account: FcmAccount,
  message: FcmMessage,
  name: string,
  raw: string,
  now: number,
): void {
  const android = objectOf(message['android']);
  accept(state.world, {
    vendor: 'fcm',
    token: recipientOf(message),
    app: account.projectId,
    receivedAt: now,
    id: name,
    replaceKey: tagOf(message),
    visible: isVisible(message),
    raw,
    details: {
      priority: textOf(android['priority']),
      ttl: textOf(android['ttl']),
      collapseKey: textOf(android['collapse_key']),
    },
  });
}

/** Fan-out is out of scope: a topic's message is kept under the topic's name. */
function recipientOf({ token, topic, condition, fid }: FcmMessage): string {
  const target = textOf(token) ?? textOf(fid);
  return target ?? (topic === undefined ? `condition:${textOf(condition) ?? ''}` : `topic:${textOf(topic) ?? ''}`);
}

/** The ways in which a registration token can be dead, the usual one first (fcm section 5). */
export const FCM_DEATHS: Readonly<Record<string, () => Answer>> = {
  UNREGISTERED: unregistered,
  NOT_FOUND: notFound,
  SENDER_ID_MISMATCH: senderMismatch,
  INVALID_ARGUMENT: malformedToken,
  'INVALID_ARGUMENT message.token': () =>
    fcmError(400, 'Invalid registration token.', {
      violations: [{ field: 'message.token', description: 'Invalid registration token.' }],
    }),
  THIRD_PARTY_AUTH_ERROR: () =>
    fcmError(401, 'The APNs or web push credential is missing or wrong.', { errorCode: 'THIRD_PARTY_AUTH_ERROR' }),
};

function answerDead({ reason }: TokenDeath): Answer {
  return (FCM_DEATHS[reason] ?? unregistered)();
}

function unregistered(): Answer {
  return fcmError(404, 'Requested entity was not found.', { errorCode: 'UNREGISTERED' });
}

function notFound(): Answer {
  return fcmError(404, 'Requested entity was not found.');
}

function senderMismatch(): Answer {
  return fcmError(403, 'SenderId mismatch', { errorCode: 'SENDER_ID_MISMATCH' });
}

function malformedToken(): Answer {
  return fcmError(400, 'The registration token is not a valid FCM registration token', {
    errorCode: 'INVALID_ARGUMENT',
  });
}

const USUAL_CODES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  404: 'UNREGISTERED',
  429: 'QUOTA_EXCEEDED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
};

/** 502 and 504 come from a gateway that does not speak JSON. */
function faultAnswer({ status = 429, reason }: FaultAnswer): Answer {
  if ((status === 502 || status === 504) && reason === undefined) {
    const headers = { 'content-type': 'text/html; charset=UTF-8' };
    return { status, headers, body: '<html><title>Gateway error</title></html>', refused: String(status) };
  }
  const errorCode = reason === null ? undefined : (reason ?? USUAL_CODES[status]);
  return fcmError(status, 'Fault switched on.', { errorCode });
}

function claimedToken(body: string): string {
  return textOf(objectOf(parseObject(body)?.['message'])['token']) ?? '';
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

import { ApiError, identifierSchema } from '#libs/contracts';
import {
  isClientSecret,
  policyOf,
  type App,
  type AppLoginRepository,
  type AppTokenRepository,
  type User,
  type UserRepository,
} from '#libs/database';
import type { RateLimits } from '../limits/rate-limits.ts';
import { userIdentity } from '../users/user-entity.ts';
import type { Caller, Callers } from './callers.ts';
import { isPassword } from './password.ts';
import { MAX_TTL_SECONDS, type TokenAnswer, type TokenBody } from './token.schemas.ts';

/** Life of a token whose request names none, seconds: 60 days (our choice). */
const DEFAULT_TTL_SECONDS = 5_184_000;

interface Ports {
  logins: AppLoginRepository;
  tokens: AppTokenRepository;
  users: UserRepository;
  callers: Callers;
  rateLimits: Pick<RateLimits, 'countLogin'>;
}

/** One request for a token. */
interface TokenRequest {
  app: App;
  body: TokenBody;
  authorization: string | undefined;
  now: Date;
}

/** Gives out tokens to those who prove who they are (Agora contract section 1.3.1). */
export class TokenGrants {
  constructor(private readonly ports: Ports) {}

  async grant(
    appId: number,
    body: TokenBody,
    authorization: string | undefined,
    now: Date,
  ): Promise<TokenAnswer | null> {
    // Read anew: a secret that was renewed counts at once.
    const app = await this.ports.logins.find(appId);
    if (app === null) return null;
    const request = { app, body, authorization, now };
    switch (body.grant_type) {
      case 'client_credentials':
        return await this.toClient(request);
      case 'password':
        return await this.toUserWithPassword(request);
      case 'inherit':
        return await this.toUserOfApp(request);
      case 'agora':
        return await this.toAgoraToken(request);
    }
  }

  private async toClient(request: TokenRequest): Promise<TokenAnswer> {
    const { app, body } = request;
    const { client_id: id, client_secret: secret } = body;
    if (!isGiven(id)) throw new ApiError('client_field_missing', { field: 'client_id' });
    if (!isGiven(secret)) throw new ApiError('client_field_missing', { field: 'client_secret' });
    if (id !== app.clientId) throw new ApiError('client_mismatch', { field: 'client_id' });
    if (!isClientSecret(app, secret)) throw new ApiError('client_mismatch', { field: 'client_secret' });
    return { ...(await this.issue(request, null)), application: app.uuid };
  }

  private async toUserWithPassword(request: TokenRequest): Promise<TokenAnswer> {
    const { app, body } = request;
    const username = nameIn(body);
    const user = await this.ports.users.findWithPassword(app.id, username);
    if (user === null) throw new ApiError('grant_user_not_found');
    const stored = user.passwordHash ?? null;
    if (stored === null) throw new ApiError('password_invalid');
    await this.ports.rateLimits.countLogin(user.id);
    if (!(await isPassword(body.password ?? '', stored))) throw new ApiError('password_invalid');
    checkActivated(user);
    return { ...(await this.issue(request, user)), application: app.uuid, user: userIdentity(user) };
  }

  private async toUserOfApp(request: TokenRequest): Promise<TokenAnswer> {
    const { app, body, authorization } = request;
    const caller = await this.ports.callers.of(app, authorization);
    if (caller.kind !== 'app') throw new ApiError('token_forbidden');
    const user = await this.findOrCreate(request, nameIn(body), flagIn(body) ?? false);
    checkActivated(user);
    return { ...(await this.issue(request, user)), application: app.uuid, user: userIdentity(user) };
  }

  /** An opaque token for one that Agora's libraries have signed. It ends with that one, or earlier. */
  private async toAgoraToken(request: TokenRequest): Promise<TokenAnswer> {
    const { app, body, authorization } = request;
    const caller = await this.ports.callers.of(app, authorization);
    if (!isSigned(authorization)) throw new ApiError('token_forbidden');
    const user = await this.userOf(request, caller);
    if (user !== null) checkActivated(user);
    const expiresAt = Math.min(endOf(Number(body.ttl ?? 0), request.now) ?? Infinity, caller.expiresAt ?? Infinity);
    const token = await this.store(request, user, new Date(expiresAt));
    return { access_token: token, expire_timestamp: expiresAt, ...(user && { user: userIdentity(user) }) };
  }

  private async userOf(request: TokenRequest, caller: Caller): Promise<User | null> {
    if (caller.kind === 'app') return null;
    const create = flagIn(request.body) ?? policyOf(request.app).unknownUsers === 'create';
    return await this.findOrCreate(request, caller.username, create);
  }

  private async findOrCreate({ app, now }: TokenRequest, username: string, create: boolean): Promise<User> {
    const known = await this.ports.users.find(app.id, username);
    if (known !== null) return known;
    if (!create) throw new ApiError('grant_user_not_found');
    if (!identifierSchema.safeParse(username).success) {
      throw new ApiError('parameter_invalid', { parameter: 'username' });
    }
    return await this.ports.users.put(app.id, username, {}, now);
  }

  private async issue(request: TokenRequest, user: User | null): Promise<TokenAnswer> {
    const ttl = Number(request.body.ttl ?? DEFAULT_TTL_SECONDS);
    const end = endOf(ttl, request.now);
    const token = await this.store(request, user, end === null ? null : new Date(end));
    return { access_token: token, expires_in: ttl === 0 ? MAX_TTL_SECONDS : ttl };
  }

  private async store({ app, body, now }: TokenRequest, user: User | null, expiresAt: Date | null): Promise<string> {
    const owner = { appId: app.id, userId: user?.id ?? null };
    const token = await this.ports.tokens.issue(owner, body.grant_type, expiresAt, now);
    // Deleted since it was found.
    if (token === null) throw new ApiError('grant_user_not_found');
    return token;
  }
}

function isGiven(text: string | null | undefined): text is string {
  return typeof text === 'string' && text !== '';
}

function isSigned(authorization: string | undefined): boolean {
  return /^bearer +007/i.test(authorization ?? '');
}

function nameIn({ username }: TokenBody): string {
  if (!isGiven(username)) throw new ApiError('grant_user_missing');
  return username;
}

/** Undefined when the body says nothing. */
function flagIn({ autoCreateUser: flag }: TokenBody): boolean | undefined {
  return flag === undefined || flag === null ? undefined : flag === true || flag === 'true';
}

function checkActivated(user: User): void {
  if (!user.activated) throw new ApiError('user_not_activated');
}

/** Unix ms; null when the token does not end. */
function endOf(ttl: number, now: Date): number | null {
  return ttl === 0 ? null : now.getTime() + ttl * 1_000;
}

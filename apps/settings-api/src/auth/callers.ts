import { parseAccessToken, verifyAccessToken } from '#libs/agora-token';
import { ApiError, identifierSchema } from '#libs/contracts';
import {
  isAppToken,
  type App,
  type AppLoginRepository,
  type AppTokenRepository,
  type KnownToken,
  type UserRepository,
} from '#libs/database';
import { TtlCache } from '../http/ttl-cache.ts';

/** Who calls: a server of the app, or one of its users. */
export type Caller = ({ kind: 'app' } | { kind: 'user'; username: string }) & {
  /** When the token ends, Unix ms; null = never. */
  expiresAt: number | null;
};

/** The parts of an app that tokens are checked against. */
type CheckedApp = Pick<App, 'id' | 'agoraAppId' | 'agoraCertificate' | 'agoraCertificateKey'>;

/** How long tokens and users are remembered: a revoked token, or that of a deactivated user, works no longer than that. */
const TOKEN_TTL_MS = 5_000;

const MAX_ENTRIES = 10_000;

/** A token that Easemob's cloud gave out; the length is our choice, theirs have some 100 characters. */
const FOREIGN_TOKEN = /^YWMt[A-Za-z0-9_-]{36,}$/;

interface Ports {
  tokens: Pick<AppTokenRepository, 'find'>;
  logins: Pick<AppLoginRepository, 'certificateOf'>;
  users: Pick<UserRepository, 'find'>;
  now: () => number;
}

/** Checks bearer tokens of all forms (Agora contract section 1.3). A request with a known token costs no query. */
export class Callers {
  private readonly tokens: TtlCache<KnownToken>;
  /** Whether users are activated, by app and name. */
  private readonly activated: TtlCache<boolean>;

  constructor(private readonly ports: Ports) {
    const options = { ttlMs: TOKEN_TTL_MS, maxEntries: MAX_ENTRIES, now: ports.now };
    this.tokens = new TtlCache(options, async (token) => await ports.tokens.find(token));
    this.activated = new TtlCache(options, async (key) => {
      // The name may hold any character but a slash.
      const [appId = '', username = ''] = key.split('/');
      return (await ports.users.find(Number(appId), username))?.activated ?? null;
    });
  }

  /**
   * Who calls, if that one may: the app always, and where `by` says so the user `username`, unless it was deactivated (our
   * choice: it gets no new tokens either).
   */
  async admit(
    app: CheckedApp,
    authorization: string | undefined,
    { by, username }: { by: 'app' | 'user'; username: string | undefined },
  ): Promise<Caller> {
    const caller = await this.of(app, authorization);
    if (caller.kind === 'app') return caller;
    if (by === 'app' || caller.username !== username) throw new ApiError('token_forbidden');
    if ((await this.activated.get(`${app.id}/${username}`)) === false) throw new ApiError('token_forbidden');
    return caller;
  }

  /** Who the `Authorization` header of a call on this app says it is. */
  async of(app: CheckedApp, authorization: string | undefined): Promise<Caller> {
    const bearer = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (bearer === undefined) throw new ApiError('token_missing');
    const caller = isAppToken(bearer) ? await this.ofOpaque(app, bearer) : this.ofSigned(app, bearer);
    if (caller.expiresAt !== null && caller.expiresAt <= this.ports.now()) throw new ApiError('token_expired');
    return caller;
  }

  private async ofOpaque(app: CheckedApp, bearer: string): Promise<Caller> {
    const token = await this.tokens.get(bearer);
    if (token === null) throw new ApiError('token_unknown');
    if (token.appId !== app.id) throw new ApiError('token_forbidden');
    const expiresAt = token.expiresAt?.getTime() ?? null;
    return token.username === null ? { kind: 'app', expiresAt } : { kind: 'user', username: token.username, expiresAt };
  }

  private ofSigned(app: CheckedApp, bearer: string): Caller {
    const token = parseAccessToken(bearer);
    if (token === null) throw new ApiError(FOREIGN_TOKEN.test(bearer) ? 'token_unknown' : 'token_malformed');
    const certificate = token.appId === app.agoraAppId ? this.ports.logins.certificateOf(app) : null;
    if (certificate === null || !verifyAccessToken(token, certificate)) throw new ApiError('token_unknown');
    const { grant, expiresAt } = token;
    // A token for Agora's other services.
    if (grant === null) throw new ApiError('token_forbidden');
    if (grant.kind === 'app') return { kind: 'app', expiresAt };
    // Signed or not, it may name what no user is called and what the database cannot hold.
    if (!identifierSchema.safeParse(grant.userId).success) throw new ApiError('token_forbidden');
    return { kind: 'user', username: grant.userId, expiresAt };
  }
}

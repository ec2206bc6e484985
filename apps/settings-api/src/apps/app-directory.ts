import { ApiError } from '#libs/contracts';
import { isAppToken, type App, type AppRepository, type AppToken, type AppTokenRepository } from '#libs/database';
import { TtlCache } from '../http/ttl-cache.ts';
import { appNameSchema } from './app-name.ts';

/** The app that a request is for. */
export type AppContext = Pick<App, 'id' | 'uuid' | 'organization' | 'name'>;

/** How long apps and tokens are remembered: a revoked token works no longer than that. */
const DIRECTORY_TTL_MS = 5_000;

const MAX_ENTRIES = 10_000;
const MAX_SHOWN_CHARACTERS = 200;

/** Finds apps and checks tokens; a request with a known token costs no query. */
export class AppDirectory {
  private readonly apps: TtlCache<App>;
  private readonly tokens: TtlCache<AppToken>;

  constructor(
    apps: AppRepository,
    tokens: AppTokenRepository,
    private readonly now: () => number,
  ) {
    const options = { ttlMs: DIRECTORY_TTL_MS, maxEntries: MAX_ENTRIES, now };
    this.apps = new TtlCache(options, async (path) => {
      const [organization = '', name = ''] = path.split('/');
      return await apps.find(organization, name);
    });
    this.tokens = new TtlCache(options, async (token) => await tokens.find(token));
  }

  /**
   * The app, when the `Authorization` header holds a valid token of it. An unknown app is told before a bad token.
   * `uri` is what the error names.
   */
  async authenticate(
    organization: string,
    name: string,
    authorization: string | undefined,
    uri: string,
  ): Promise<AppContext> {
    const wellFormed = appNameSchema.safeParse(organization).success && appNameSchema.safeParse(name).success;
    const app = wellFormed ? await this.apps.get(`${organization}/${name}`) : null;
    if (app === null) {
      const shown = (text: string): string => text.slice(0, MAX_SHOWN_CHARACTERS);
      throw new ApiError('app_not_found', { app: shown(`${organization}/${name}`), uri: shown(uri) });
    }
    const token = await this.tokenOf(authorization);
    if (token.appId !== app.id) throw new ApiError('token_forbidden');
    return app;
  }

  private async tokenOf(authorization: string | undefined): Promise<AppToken> {
    const bearer = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (bearer === undefined) throw new ApiError('token_missing');
    if (!isAppToken(bearer)) throw new ApiError('token_malformed');
    const token = await this.tokens.get(bearer);
    if (token === null) throw new ApiError('token_unknown');
    if (token.expiresAt !== null && token.expiresAt.getTime() <= this.now()) throw new ApiError('token_expired');
    return token;
  }
}

import { ApiError } from '#libs/contracts';
import type { App, AppRepository } from '#libs/database';
import { TtlCache } from '../http/ttl-cache.ts';
import { APP_ID_PREFIX, appNameSchema } from './app-name.ts';

/** The app that a request is for. */
export type AppContext = Pick<App, 'id' | 'uuid' | 'organization' | 'name' | 'policy'>;

/** How long apps are remembered: changes of them count after that. */
const DIRECTORY_TTL_MS = 5_000;

const MAX_ENTRIES = 10_000;
const MAX_SHOWN_CHARACTERS = 200;

/** Finds apps; a request of a known one costs no query. */
export class AppDirectory {
  private readonly apps: TtlCache<App>;

  constructor(apps: Pick<AppRepository, 'find' | 'findById'>, now: () => number) {
    const options = { ttlMs: DIRECTORY_TTL_MS, maxEntries: MAX_ENTRIES, now };
    this.apps = new TtlCache(options, async (path) => {
      const [organization = '', name = ''] = path.split('/');
      return organization === APP_ID_PREFIX ? await apps.findById(name) : await apps.find(organization, name);
    });
  }

  /**
   * The app that `/{organization}/{name}` or `/app-id/{app id}` names (Agora contract section 1.1).
   * @throws ApiError app_not_found, which names `uri`
   */
  async find(organization: string, name: string, uri: string): Promise<App> {
    const wellFormed = appNameSchema.safeParse(organization).success && appNameSchema.safeParse(name).success;
    const app = wellFormed ? await this.apps.get(`${organization}/${name}`) : null;
    if (app !== null) return app;
    const shown = (text: string): string => text.slice(0, MAX_SHOWN_CHARACTERS);
    throw new ApiError('app_not_found', { app: shown(`${organization}/${name}`), uri: shown(uri) });
  }
}

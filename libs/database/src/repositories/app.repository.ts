import { policySchema, type Policy } from '#libs/contracts';
import type { DataSource } from 'typeorm';
import { App } from '../entities/app.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Tenants. */
export class AppRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Returns null when the organization has an app of that name already. */
  async create(organization: string, name: string, policy: Record<string, unknown> = {}): Promise<App | null> {
    const inserted = await this.dataSource
      .createQueryBuilder()
      .insert()
      .into(App)
      .values({ organization, name, policy: policy as object })
      .orIgnore()
      .returning('id')
      .execute();
    return (inserted.raw as unknown[]).length === 0 ? null : await this.find(organization, name);
  }

  async find(organization: string, name: string): Promise<App | null> {
    return await this.dataSource.getRepository(App).findOneBy({ organization, name });
  }

  /** By what stands behind `/app-id/` in a path: its App ID with Agora, or its own UUID. */
  async findById(id: string): Promise<App | null> {
    const where = UUID.test(id) ? [{ uuid: id.toLowerCase() }, { agoraAppId: id }] : { agoraAppId: id };
    return await this.dataSource.getRepository(App).findOneBy(where);
  }

  async setRateLimits(appId: number, rateLimits: Record<string, number | null>): Promise<void> {
    await this.dataSource.getRepository(App).update({ id: appId }, { rateLimits });
  }

  async list(): Promise<App[]> {
    return await this.dataSource.getRepository(App).find({ order: { organization: 'ASC', name: 'ASC' } });
  }

  async setPolicy(appId: number, policy: Partial<Policy>): Promise<void> {
    await this.dataSource.getRepository(App).update({ id: appId }, { policy: policy as object });
  }
}

/** The app's policy with defaults for all that the operator left open. */
export function policyOf(app: Pick<App, 'policy'>): Policy {
  return policySchema.parse(app.policy);
}

import { policySchema, type Policy } from '#libs/contracts';
import type { DataSource } from 'typeorm';
import { App } from '../entities/app.ts';

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

import type { DataSource } from 'typeorm';
import { PushTemplate } from '../entities/push-template.ts';

/** Templates of apps. */
export class TemplateRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Null when the app has a template of that name already. */
  async create(
    appId: number,
    template: Pick<PushTemplate, 'name' | 'titlePattern' | 'contentPattern'>,
    now: Date,
  ): Promise<PushTemplate | null> {
    const inserted = await this.dataSource
      .createQueryBuilder()
      .insert()
      .into(PushTemplate)
      .values({ appId, ...template, createdAt: now, updatedAt: now })
      .orIgnore()
      .returning('name')
      .execute();
    return (inserted.raw as unknown[]).length === 0 ? null : await this.find(appId, template.name);
  }

  /** Changes the patterns that are given. Null when there is no such template. */
  async update(
    appId: number,
    name: string,
    patterns: Partial<Pick<PushTemplate, 'titlePattern' | 'contentPattern'>>,
    now: Date,
  ): Promise<PushTemplate | null> {
    const result = await this.dataSource
      .getRepository(PushTemplate)
      .update({ appId, name }, { ...patterns, updatedAt: now });
    return result.affected === 0 ? null : await this.find(appId, name);
  }

  async find(appId: number, name: string): Promise<PushTemplate | null> {
    return await this.dataSource.getRepository(PushTemplate).findOneBy({ appId, name });
  }

  /** Deletes and returns the template; null when there is none. */
  async delete(appId: number, name: string): Promise<PushTemplate | null> {
    const template = await this.find(appId, name);
    if (template === null) return null;
    await this.dataSource.getRepository(PushTemplate).delete({ appId, name });
    return template;
  }
}

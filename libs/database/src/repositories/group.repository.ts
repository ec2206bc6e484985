import type { DataSource } from 'typeorm';

/** A group's members as they were last told. */
export interface ChatGroup {
  /** The group's id. */
  id: string;
  /** User names; whether they exist is not checked. */
  members: string[];
  updatedAt: Date;
}

const COLUMNS = 'group_id AS id, members, updated_at AS "updatedAt"';

/** Members of groups, for messages that name a group and no receivers. */
export class GroupRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Creates the group or replaces its members. */
  async put(appId: number, id: string, members: readonly string[], now: Date): Promise<ChatGroup> {
    await this.dataSource.query(
      `INSERT INTO chat_groups (app_id, group_id, members, updated_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (app_id, group_id) DO UPDATE SET members = excluded.members, updated_at = excluded.updated_at`,
      [appId, id, members, now],
    );
    return { id, members: [...members], updatedAt: now };
  }

  /** Those of the groups that are known, by id. */
  async findAll(appId: number, ids: readonly string[]): Promise<ReadonlyMap<string, ChatGroup>> {
    const groups = await this.dataSource.query<ChatGroup[]>(
      `SELECT ${COLUMNS} FROM chat_groups WHERE app_id = $1 AND group_id = ANY ($2::text[])`,
      [appId, ids],
    );
    return new Map(groups.map((group) => [group.id, group]));
  }

  /** Deletes and returns the group; null when there is none. */
  async delete(appId: number, id: string): Promise<ChatGroup | null> {
    const [deleted] = await this.dataSource.query<[ChatGroup[], number]>(
      `DELETE FROM chat_groups WHERE app_id = $1 AND group_id = $2 RETURNING ${COLUMNS}`,
      [appId, id],
    );
    return deleted[0] ?? null;
  }
}

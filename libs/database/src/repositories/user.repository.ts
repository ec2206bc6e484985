import type { EntityManager } from 'typeorm';
import { User } from '../entities/user.ts';

/** The fields of a user that callers may set. Absent = unchanged, null = back to the default. */
export type UserPatch = Partial<
  Pick<
    User,
    | 'activated'
    | 'pushEnabled'
    | 'nickname'
    | 'displayStyle'
    | 'language'
    | 'timeZone'
    | 'mode'
    | 'dndUntil'
    | 'dndInterval'
    | 'templateName'
    | 'soundUser'
    | 'soundGroup'
    | 'passwordHash'
  >
>;

/** Users and their app-level push settings. */
export class UserRepository {
  /** On a data source, or on the manager of a transaction. */
  constructor(private readonly dataSource: Pick<EntityManager, 'createQueryBuilder' | 'getRepository' | 'query'>) {}

  /**
   * Applies the patch, and creates the user for it when there is none; concurrent first writes make one row. Whoever writes
   * last has a user, even if somebody deletes it meanwhile.
   */
  async put(appId: number, username: string, patch: UserPatch, now: Date): Promise<User> {
    for (;;) {
      const user = await this.update(appId, username, patch, now);
      if (user !== null) return user;
      await this.dataSource
        .createQueryBuilder()
        .insert()
        .into(User)
        .values({ appId, username, createdAt: now, modifiedAt: now })
        .orIgnore()
        .execute();
    }
  }

  /** Applies the patch to an existing user; null when there is none. */
  async update(appId: number, username: string, patch: UserPatch, now: Date): Promise<User | null> {
    const result = await this.dataSource
      .createQueryBuilder()
      .update(User)
      .set({ ...patch, modifiedAt: now })
      .where({ appId, username })
      .execute();
    return result.affected === 0 ? null : await this.find(appId, username);
  }

  /** Sets the push nicknames of those users that exist ('' removes one), by user name. Returns their names. */
  async setNicknames(appId: number, nicknames: ReadonlyMap<string, string>, now: Date): Promise<ReadonlySet<string>> {
    // Rows are locked in one order, so that two such calls do not wait for each other in a circle.
    const changed = await this.dataSource.query<{ username: string }[]>(
      `WITH locked AS (
         SELECT u.id, u.username, n.nickname FROM unnest($2::text[], $3::text[]) AS n (username, nickname)
         JOIN users u ON u.app_id = $1 AND u.username = n.username ORDER BY u.id FOR NO KEY UPDATE OF u),
       changed AS (
         UPDATE users u SET nickname = nullif(l.nickname, ''), modified_at = $4 FROM locked l WHERE u.id = l.id
         RETURNING u.username)
       SELECT username FROM changed`,
      [appId, [...nicknames.keys()], [...nicknames.values()], now],
    );
    return new Set(changed.map(({ username }) => username));
  }

  async find(appId: number, username: string): Promise<User | null> {
    return await this.dataSource.getRepository(User).findOneBy({ appId, username });
  }

  /** The user with the hash of its password, null where it has none. */
  async findWithPassword(appId: number, username: string): Promise<User | null> {
    return await this.dataSource
      .getRepository(User)
      .createQueryBuilder('user')
      .addSelect('user.passwordHash')
      .where({ appId, username })
      .getOne();
  }

  /** Deletes the user with devices and settings. False when there is none. */
  async delete(appId: number, username: string): Promise<boolean> {
    const result = await this.dataSource.getRepository(User).delete({ appId, username });
    return result.affected === 1;
  }
}

import type { DataSource } from 'typeorm';
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
  >
>;

/** Users and their app-level push settings. */
export class UserRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Creates the user when there is none, then applies the patch; concurrent first writes make one row. */
  async put(appId: number, username: string, patch: UserPatch, now: Date): Promise<User> {
    for (;;) {
      await this.dataSource
        .createQueryBuilder()
        .insert()
        .into(User)
        .values({ appId, username, createdAt: now, modifiedAt: now })
        .orIgnore()
        .execute();
      const user = await this.update(appId, username, patch, now);
      // Somebody deleted the user between the two statements: whoever writes last has a user.
      if (user !== null) return user;
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

  async find(appId: number, username: string): Promise<User | null> {
    return await this.dataSource.getRepository(User).findOneBy({ appId, username });
  }

  /** Deletes the user with devices and settings. False when there is none. */
  async delete(appId: number, username: string): Promise<boolean> {
    const result = await this.dataSource.getRepository(User).delete({ appId, username });
    return result.affected === 1;
  }
}

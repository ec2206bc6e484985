import type { DataSource, EntityManager } from 'typeorm';
import type { User } from '../entities/user.ts';
import { DEADLOCK, failedWith, FOREIGN_KEY_VIOLATION, retryAfter, UNIQUE_VIOLATION } from '../postgres-error.ts';
import { takeTokens, upsertDevice } from './device.repository.ts';
import { UserRepository, type UserPatch } from './user.repository.ts';

/** A device's token with a credential, in the words of the Agora dialect: a device is bound to a notifier. */
export interface Binding {
  deviceId: string;
  credential: string;
  token: string;
  registeredAt: Date;
}

/** Credential '' unbinds the device from all of them, token '' from this one; else the token takes the place of the last. */
export type BindingChange = Pick<Binding, 'deviceId' | 'credential' | 'token'>;

/** Bindings of users' devices. The credential need not exist; a token that the vendor called dead is bound no more. */
export class BindingRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Of all devices of the user, or of one, by device and credential. */
  async list(userId: number, deviceId: string | null = null): Promise<Binding[]> {
    return await this.dataSource.query<Binding[]>(
      `SELECT d.device_id AS "deviceId", t.credential, t.token, t.registered_at AS "registeredAt"
       FROM devices d JOIN device_tokens t ON t.device = d.id
       WHERE d.user_id = $1 AND ($2::text IS NULL OR d.device_id = $2)
         AND (t.gone_at IS NULL OR t.gone_at < t.registered_at)
       ORDER BY d.device_id COLLATE "C", t.credential COLLATE "C"`,
      [userId, deviceId],
    );
  }

  /** False when the user is gone. */
  async change(owner: { appId: number; userId: number }, change: BindingChange, now: Date): Promise<boolean> {
    const done = await this.write(async (manager) => {
      await apply(manager, owner, change, now);
      return true;
    });
    return done ?? false;
  }

  /** Changes a user's fields and a binding together, or neither. Null when there is no such user and none is to be created. */
  async changeWithUser(
    { appId, username, create }: { appId: number; username: string; create: boolean },
    patch: UserPatch,
    change: BindingChange,
    now: Date,
  ): Promise<User | null> {
    return await this.write(async (manager) => {
      const users = new UserRepository(manager);
      const user = await users[create ? 'put' : 'update'](appId, username, patch, now);
      if (user !== null) await apply(manager, { appId, userId: user.id }, change, now);
      return user;
    });
  }

  private async write<Result>(work: (manager: EntityManager) => Promise<Result>): Promise<Result | null> {
    try {
      // Two devices swapped their tokens, or took the same one, at once: the later one takes it.
      return await retryAfter([UNIQUE_VIOLATION, DEADLOCK], async () => await this.dataSource.transaction(work));
    } catch (error) {
      if (failedWith(error, FOREIGN_KEY_VIOLATION)) return null;
      throw error;
    }
  }
}

async function apply(
  manager: EntityManager,
  { appId, userId }: { appId: number; userId: number },
  { deviceId, credential, token }: BindingChange,
  now: Date,
): Promise<void> {
  if (credential !== '' && token !== '') {
    const device = await upsertDevice(manager, userId, deviceId, undefined, now);
    await takeTokens(manager, appId, device, { tokens: [{ credential, token }], only: false }, now);
    return;
  }
  await manager.query(
    `DELETE FROM device_tokens WHERE device = (SELECT id FROM devices WHERE user_id = $1 AND device_id = $2)
       AND ($3 = '' OR credential = $3)`,
    [userId, deviceId, credential],
  );
}

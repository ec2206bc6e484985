import { createHash } from 'node:crypto';
import type { Presence } from '#libs/contracts';
import type { DataSource, EntityManager } from 'typeorm';
import { Device } from '../entities/device.ts';
import { DeviceToken } from '../entities/device-token.ts';
import { DEADLOCK, failedWith, FOREIGN_KEY_VIOLATION, UNIQUE_VIOLATION } from '../postgres-error.ts';

/** A device with its tokens. */
export interface DeviceWithTokens {
  device: Device;
  tokens: DeviceToken[];
}

/** How often a registration that lost a race is written again. */
const MAX_WRITES = 5;

/** Devices of users. Every method takes the user's row id, which the caller found within the app. */
export class DeviceRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Registers a device and its token with a credential, in place of any token that it had: a device has one address. The
   * token is taken from whichever device had it: a token has one device. A device that had logged out is back in the
   * background: it registers after a login. Null when the user is
   * gone.
   */
  async put(
    owner: { appId: number; userId: number },
    deviceId: string,
    registration: { credential: string; token: string; locale?: string | null },
    now: Date,
  ): Promise<DeviceWithTokens | null> {
    const write = async (): Promise<void> =>
      await this.dataSource.transaction(async (manager) => {
        const device = await upsertDevice(manager, owner.userId, deviceId, registration.locale, now);
        await takeToken(manager, owner.appId, device, registration, now);
      });
    for (let writes = 1; ; writes += 1) {
      try {
        await write();
        return await this.find(owner.userId, deviceId);
      } catch (error) {
        if (failedWith(error, FOREIGN_KEY_VIOLATION)) return null;
        // Two devices swapped their tokens, or took the same one, at once: the later one takes it.
        if (writes === MAX_WRITES || !failedWith(error, UNIQUE_VIOLATION, DEADLOCK)) throw error;
      }
    }
  }

  async list(userId: number): Promise<DeviceWithTokens[]> {
    const devices = await this.dataSource.getRepository(Device).find({ where: { userId }, order: { deviceId: 'ASC' } });
    return await this.withTokens(devices);
  }

  async find(userId: number, deviceId: string): Promise<DeviceWithTokens | null> {
    const [device] = await this.withTokens(await this.dataSource.getRepository(Device).findBy({ userId, deviceId }));
    return device ?? null;
  }

  /** False when the user has no such device. */
  async delete(userId: number, deviceId: string): Promise<boolean> {
    const result = await this.dataSource.getRepository(Device).delete({ userId, deviceId });
    return result.affected === 1;
  }

  /** Stores a presence report; `unread` replaces the badge's base. Null when the user has no such device. */
  async setPresence(
    userId: number,
    deviceId: string,
    report: { presence: Presence; unread?: number },
    now: Date,
  ): Promise<DeviceWithTokens | null> {
    const result = await this.dataSource.getRepository(Device).update(
      { userId, deviceId },
      {
        presence: report.presence,
        seenAt: now,
        ...(report.unread === undefined ? {} : { unread: report.unread }),
      },
    );
    return result.affected === 1 ? await this.find(userId, deviceId) : null;
  }

  private async withTokens(devices: Device[]): Promise<DeviceWithTokens[]> {
    if (devices.length === 0) return [];
    const tokens = await this.dataSource
      .getRepository(DeviceToken)
      .find({ where: devices.map(({ id }) => ({ device: id })), order: { credential: 'ASC' } });
    return devices.map((device) => ({ device, tokens: tokens.filter((token) => token.device === device.id) }));
  }
}

async function upsertDevice(
  manager: EntityManager,
  userId: number,
  deviceId: string,
  locale: string | null | undefined,
  now: Date,
): Promise<number> {
  const rows = await manager.query<{ id: number }[]>(
    `INSERT INTO devices (user_id, device_id, locale, seen_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (user_id, device_id) DO UPDATE SET
       seen_at = excluded.seen_at,
       locale = CASE WHEN $5 THEN excluded.locale ELSE devices.locale END,
       presence = CASE WHEN devices.presence IN ('logged_out', 'kicked') THEN 'background' ELSE devices.presence END
     RETURNING id`,
    [userId, deviceId, locale ?? null, now, locale !== undefined],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('An upsert returned no row');
  return row.id;
}

async function takeToken(
  manager: EntityManager,
  appId: number,
  device: number,
  { credential, token }: { credential: string; token: string },
  now: Date,
): Promise<void> {
  const hash = createHash('sha256').update(token).digest();
  // Registrations of one token wait for each other; their devices' rows alone would not make them.
  await manager.query("SELECT pg_advisory_xact_lock(hashtextextended('device-token:' || $1, 0))", [
    `${appId}:${credential}:${hash.toString('hex')}`,
  ]);
  await manager.query(
    `DELETE FROM device_tokens
     WHERE (app_id = $1 AND credential = $2 AND token_hash = $3 AND device <> $4) OR (device = $4 AND credential <> $2)`,
    [appId, credential, hash, device],
  );
  await manager.query(
    `INSERT INTO device_tokens (app_id, device, credential, token, token_hash, registered_at)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (device, credential) DO UPDATE SET
       token = excluded.token, token_hash = excluded.token_hash, registered_at = excluded.registered_at, gone_at = NULL`,
    [appId, device, credential, token, hash, now],
  );
}

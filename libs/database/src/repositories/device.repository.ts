import { createHash } from 'node:crypto';
import type { Presence } from '#libs/contracts';
import type { DataSource, EntityManager } from 'typeorm';
import { Device } from '../entities/device.ts';
import { DeviceToken } from '../entities/device-token.ts';
import { DEADLOCK, failedWith, FOREIGN_KEY_VIOLATION, retryAfter, UNIQUE_VIOLATION } from '../postgres-error.ts';

/** A device with its tokens. */
export interface DeviceWithTokens {
  device: Device;
  tokens: DeviceToken[];
}

/** A device's token with one credential. */
interface CredentialToken {
  credential: string;
  token: string;
}

/** Devices of users. Every method takes the user's row id, which the caller found within the app. */
export class DeviceRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Registers a device and its token with a credential, in place of the one it had with that credential. The token is
   * taken from whichever device had it: a token has one device. A token that was dead or muted counts again. A device that
   * had logged out is back in the background: it registers after a login. Null when the user is gone.
   */
  async put(
    owner: { appId: number; userId: number },
    deviceId: string,
    { credential, token, locale }: CredentialToken & { locale?: string | null },
    now: Date,
  ): Promise<DeviceWithTokens | null> {
    return await this.register(owner, deviceId, { tokens: [{ credential, token }], locale, only: false }, now);
  }

  /** As {@link put}, for several tokens of different credentials; the device keeps no others. */
  async putTokens(
    owner: { appId: number; userId: number },
    deviceId: string,
    { tokens, locale }: { tokens: readonly CredentialToken[]; locale?: string | null },
    now: Date,
  ): Promise<DeviceWithTokens | null> {
    return await this.register(owner, deviceId, { tokens, locale, only: true }, now);
  }

  /** Forgets the device's token with a credential. False when it has none. */
  async deleteToken(userId: number, deviceId: string, credential: string): Promise<boolean> {
    const deleted = await this.dataSource
      .createQueryBuilder()
      .delete()
      .from(DeviceToken)
      .where('device = (SELECT id FROM devices WHERE user_id = :userId AND device_id = :deviceId)', {
        userId,
        deviceId,
      })
      .andWhere('credential = :credential', { credential })
      .execute();
    return deleted.affected === 1;
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

  private async register(
    owner: { appId: number; userId: number },
    deviceId: string,
    { tokens, locale, only }: { tokens: readonly CredentialToken[]; locale: string | null | undefined; only: boolean },
    now: Date,
  ): Promise<DeviceWithTokens | null> {
    const write = async (): Promise<void> =>
      await this.dataSource.transaction(async (manager) => {
        const device = await upsertDevice(manager, owner.userId, deviceId, locale, now);
        await takeTokens(manager, owner.appId, device, { tokens, only }, now);
      });
    try {
      // Two devices may swap their tokens, or take the same one, at once: the later one takes it.
      await retryAfter([UNIQUE_VIOLATION, DEADLOCK], write);
    } catch (error) {
      if (failedWith(error, FOREIGN_KEY_VIOLATION)) return null;
      throw error;
    }
    return await this.find(owner.userId, deviceId);
  }

  private async withTokens(devices: Device[]): Promise<DeviceWithTokens[]> {
    if (devices.length === 0) return [];
    const tokens = await this.dataSource
      .getRepository(DeviceToken)
      .find({ where: devices.map(({ id }) => ({ device: id })), order: { credential: 'ASC' } });
    return devices.map((device) => ({ device, tokens: tokens.filter((token) => token.device === device.id) }));
  }
}

/** The device's row id; a device that had logged out is in the background again. */
export async function upsertDevice(
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

/** Gives tokens to a device; `only`: and takes all others from it. */
export async function takeTokens(
  manager: EntityManager,
  appId: number,
  device: number,
  { tokens, only }: { tokens: readonly CredentialToken[]; only: boolean },
  now: Date,
): Promise<void> {
  const credentials = tokens.map(({ credential }) => credential);
  const hashes = tokens.map(({ token }) => createHash('sha256').update(token).digest('hex'));
  // Registrations of one token wait for each other; their devices' rows alone would not make them. In one order, so that
  // those of several tokens do not wait for each other in a circle.
  await manager.query(
    `SELECT pg_advisory_xact_lock(hashtextextended('device-token:' || k.key, 0)) FROM unnest($1::text[]) AS k (key)`,
    [tokens.map((_, index) => `${appId}:${credentials[index]}:${hashes[index]}`).sort()],
  );
  // Devices that swap their tokens meet here, before either has changed a row that the other needs.
  await manager.query(
    `SELECT id FROM device_tokens
     WHERE id IN (SELECT id FROM device_tokens WHERE device = $2
                  UNION ALL
                  SELECT t.id FROM unnest($3::text[], $4::text[]) AS g (credential, hash)
                  JOIN device_tokens t ON t.app_id = $1 AND t.credential = g.credential
                                      AND t.token_hash = decode(g.hash, 'hex'))
     ORDER BY id FOR UPDATE`,
    [appId, device, credentials, hashes],
  );
  await manager.query(
    `DELETE FROM device_tokens t USING unnest($3::text[], $4::text[]) AS g (credential, hash)
     WHERE t.app_id = $1 AND t.credential = g.credential AND t.token_hash = decode(g.hash, 'hex') AND t.device <> $2`,
    [appId, device, credentials, hashes],
  );
  if (only) {
    await manager.query('DELETE FROM device_tokens WHERE device = $1 AND credential <> ALL ($2::text[])', [
      device,
      credentials,
    ]);
  }
  await manager.query(
    `INSERT INTO device_tokens (app_id, device, credential, token, token_hash, registered_at)
     SELECT $1, $2, g.credential, g.token, decode(g.hash, 'hex'), $6
     FROM unnest($3::text[], $4::text[], $5::text[]) AS g (credential, hash, token)
     ON CONFLICT (device, credential) DO UPDATE SET
       token = excluded.token, token_hash = excluded.token_hash, registered_at = excluded.registered_at,
       gone_at = NULL, muted_until = NULL`,
    [appId, device, credentials, hashes, tokens.map(({ token }) => token), now],
  );
}

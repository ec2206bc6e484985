import { createHash, randomBytes } from 'node:crypto';
import { IsNull, type DataSource } from 'typeorm';
import { AppToken } from '../entities/app-token.ts';

const PREFIX = 'op_';
const SECRET_BYTES = 32;
const FORM = /^op_[A-Za-z0-9_-]{43}$/;

/** Whether a bearer token could be one of ours at all. */
export function isAppToken(token: string): boolean {
  return FORM.test(token);
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Bearer tokens of apps: 256 random bits each, stored as a hash only. */
export class AppTokenRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The token itself is in the answer and nowhere else, ever. */
  async create(appId: number, label: string, expiresAt: Date | null = null): Promise<{ id: string; token: string }> {
    const token = PREFIX + randomBytes(SECRET_BYTES).toString('base64url');
    const row = await this.dataSource.getRepository(AppToken).save({ appId, label, hash: hashOf(token), expiresAt });
    return { id: row.id, token };
  }

  /** The token's record, unless it is unknown or revoked. The caller checks `expiresAt` and the app. */
  async find(token: string): Promise<AppToken | null> {
    return await this.dataSource.getRepository(AppToken).findOneBy({ hash: hashOf(token), revokedAt: IsNull() });
  }

  async list(appId: number): Promise<AppToken[]> {
    return await this.dataSource.getRepository(AppToken).find({ where: { appId }, order: { createdAt: 'ASC' } });
  }

  /** False when there is no such token that is not revoked yet. */
  async revoke(id: string, now: Date): Promise<boolean> {
    const result = await this.dataSource
      .getRepository(AppToken)
      .update({ id, revokedAt: IsNull() }, { revokedAt: now });
    return result.affected === 1;
  }
}

import { createHash, randomBytes } from 'node:crypto';
import { IsNull, type DataSource } from 'typeorm';
import { AppToken } from '../entities/app-token.ts';

const PREFIX = 'op_';
const SECRET_BYTES = 32;
const FORM = /^op_[A-Za-z0-9_-]{43}$/;

/** How long after its end an issued token is still known, so that its holder is told that it expired (our choice). */
const KEPT_AFTER_END_MS = 86_400_000;

/** Ended tokens that one new token clears away: more than one, so that they cannot pile up. */
const CLEARED_AT_ONCE = 10;

/** What a token opens: an app, or what one user of it may do. */
export interface KnownToken {
  appId: number;
  /** Null: the whole app. */
  username: string | null;
  expiresAt: Date | null;
}

/** Whether a bearer token could be one of ours at all. */
export function isAppToken(token: string): boolean {
  return FORM.test(token);
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function newToken(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64url');
}

/** Bearer tokens of apps and users: 256 random bits each, stored as a hash only. */
export class AppTokenRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** An operator's token. The token itself is in the answer and nowhere else, ever. */
  async create(appId: number, label: string, expiresAt: Date | null = null): Promise<{ id: string; token: string }> {
    const token = newToken();
    const row = await this.dataSource.getRepository(AppToken).save({ appId, label, hash: hashOf(token), expiresAt });
    return { id: row.id, token };
  }

  /**
   * A token for whoever has logged in: the app's server, or the user. Clears away some tokens whose end is long past. Null
   * when the user is gone.
   */
  async issue(
    owner: { appId: number; userId: number | null },
    label: string,
    expiresAt: Date | null,
    now: Date,
  ): Promise<string | null> {
    const token = newToken();
    const rows = await this.dataSource.query<unknown[]>(
      `WITH ended AS (
         DELETE FROM app_tokens WHERE id IN (
           SELECT id FROM app_tokens WHERE issued AND expires_at < $6 ORDER BY expires_at LIMIT $7
           FOR UPDATE SKIP LOCKED))
       INSERT INTO app_tokens (app_id, user_id, label, hash, expires_at, issued)
       SELECT $1::int, $2::bigint, $3, $4, $5, true
       WHERE $2 IS NULL OR EXISTS (SELECT FROM users WHERE id = $2 AND app_id = $1)
       RETURNING id`,
      [
        owner.appId,
        owner.userId,
        label,
        hashOf(token),
        expiresAt,
        new Date(now.getTime() - KEPT_AFTER_END_MS),
        CLEARED_AT_ONCE,
      ],
    );
    return rows.length === 0 ? null : token;
  }

  /** What a token opens, unless it is unknown or revoked. The caller checks `expiresAt` and the app. */
  async find(token: string): Promise<KnownToken | null> {
    const [row] = await this.dataSource.query<KnownToken[]>(
      `SELECT t.app_id AS "appId", t.label, t.expires_at AS "expiresAt", u.username
       FROM app_tokens t LEFT JOIN users u ON u.id = t.user_id
       WHERE t.hash = $1 AND t.revoked_at IS NULL`,
      [hashOf(token)],
    );
    return row ?? null;
  }

  /** The operator's tokens. */
  async list(appId: number): Promise<AppToken[]> {
    const where = { appId, issued: false };
    return await this.dataSource.getRepository(AppToken).find({ where, order: { createdAt: 'ASC' } });
  }

  /** False when there is no such token that is not revoked yet. */
  async revoke(id: string, now: Date): Promise<boolean> {
    const result = await this.dataSource
      .getRepository(AppToken)
      .update({ id, revokedAt: IsNull() }, { revokedAt: now });
    return result.affected === 1;
  }
}

import { DEADLOCK, retryAfter } from '../postgres-error.ts';
import { PURGE_DEADLINE_MS, type Sql } from '../sql.ts';

/** Beyond every cap. */
const FULL = 1_000_000;

/** In the order of ids, as all do who count several devices. */
const TAKE = {
  name: 'take-device-quota',
  text: `
    INSERT INTO quota_devices AS d (token_id, class, day, count)
    SELECT token_id, $2, $3::date, 1 FROM unnest($1::bigint[]) AS t (token_id) ORDER BY token_id
    ON CONFLICT (token_id, class, day) DO UPDATE SET count = d.count + 1 WHERE d.count < $4
    RETURNING token_id AS "tokenId"`,
};

const GIVE_BACK = {
  name: 'give-back-device-quota',
  text: `
    WITH locked AS MATERIALIZED (
      SELECT d.token_id FROM quota_devices d JOIN unnest($1::bigint[]) AS t (token_id) USING (token_id)
      WHERE d.class = $2 AND d.day = $3::date AND d.count > 0 AND d.count < ${FULL} ORDER BY d.token_id FOR UPDATE OF d
    )
    UPDATE quota_devices d SET count = d.count - 1 FROM locked
    WHERE d.token_id = locked.token_id AND d.class = $2 AND d.day = $3::date`,
};

const CLOSE = {
  name: 'close-device-quota',
  text: `
    INSERT INTO quota_devices AS d (token_id, class, day, count)
    SELECT token_id, $2, $3::date, ${FULL} FROM unnest($1::bigint[]) AS t (token_id) ORDER BY token_id
    ON CONFLICT (token_id, class, day) DO UPDATE SET count = ${FULL}`,
};

const PURGE = {
  name: 'purge-device-quotas',
  deadlineMs: PURGE_DEADLINE_MS,
  text: 'DELETE FROM quota_devices WHERE day < (to_timestamp($1::float8 / 1000))::date',
};

/** A class and vendor day, `YYYY-MM-DD`. */
export interface ClassDay {
  class: string;
  day: string;
}

/** How many pushes of a class devices have had on a vendor day. Devices are named by the ids of their tokens. */
export class QuotaDeviceStore {
  constructor(private readonly sql: Sql) {}

  /** Counts one push for each of the tokens, named once each, that has had fewer than `cap`; returns those. */
  async take(tokenIds: readonly number[], { class: name, day }: ClassDay, cap: number): Promise<Set<number>> {
    if (cap <= 0 || tokenIds.length === 0) return new Set();
    const rows = await retryAfter(
      [DEADLOCK],
      async () => await this.sql.run<{ tokenId: number }>(TAKE, [tokenIds, name, day, cap]),
    );
    return new Set(rows.map(({ tokenId }) => tokenId));
  }

  /** Takes one push off each of the tokens again: it did not go out. */
  async giveBack(tokenIds: readonly number[], { class: name, day }: ClassDay): Promise<void> {
    if (tokenIds.length > 0) await this.sql.run(GIVE_BACK, [tokenIds, name, day]);
  }

  /** The vendor has said that these devices get no more of the class on that day. */
  async close(tokenIds: readonly number[], { class: name, day }: ClassDay): Promise<void> {
    if (tokenIds.length === 0) return;
    await retryAfter([DEADLOCK], async () => await this.sql.run(CLOSE, [tokenIds, name, day]));
  }

  /** Forgets days that ended, everywhere on earth, before `before` (Unix ms). */
  async purge(before: number): Promise<void> {
    await this.sql.run(PURGE, [before - 2 * 86_400_000]);
  }
}

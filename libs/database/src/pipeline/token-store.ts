import type { Sql } from '../sql.ts';

/** Whoever changes several tokens locks them in this order, so that none waits for another in a circle. */
const LOCKED = `
    WITH locked AS MATERIALIZED (
      SELECT t.id FROM json_to_recordset($1::json) AS named (id bigint) JOIN device_tokens t ON t.id = named.id
      ORDER BY t.id FOR UPDATE OF t
    )`;

const DROP_TOKENS = {
  name: 'drop-dead-tokens',
  text: `${LOCKED}
    UPDATE device_tokens t SET gone_at = to_timestamp(g.at / 1000)
    FROM locked JOIN json_to_recordset($1::json) AS g (id bigint, token text, at float8) USING (id)
    WHERE t.id = g.id AND t.token = g.token AND t.gone_at IS NULL AND t.registered_at <= to_timestamp(g.at / 1000)`,
};

const MUTE_TOKENS = {
  name: 'mute-tokens',
  text: `${LOCKED}
    UPDATE device_tokens t SET muted_until = coalesce(to_timestamp(m.until / 1000), 'infinity')
    FROM locked JOIN json_to_recordset($1::json) AS m (id bigint, token text, until float8, at float8) USING (id)
    WHERE t.id = m.id AND t.token = m.token AND t.registered_at <= to_timestamp(m.at / 1000)`,
};

/** What vendors say of device tokens, for the next decisions. */
export class TokenStore {
  constructor(private readonly sql: Sql) {}

  /** Marks tokens as gone, unless they were registered again after the vendor saw them die. */
  async dropTokens(tokens: readonly { id: number; token: string; goneAt: number }[]): Promise<void> {
    const rows = tokens.map(({ id, token, goneAt }) => ({ id, token, at: goneAt }));
    await this.sql.run(DROP_TOKENS, [JSON.stringify(rows)]);
  }

  /**
   * Marks tokens as not to be used until an instant (Unix ms), or until they are registered again when that is null;
   * unless they were registered after `at`, when the vendor said so.
   */
  async muteTokens(tokens: readonly { id: number; token: string; until: number | null; at: number }[]): Promise<void> {
    await this.sql.run(MUTE_TOKENS, [JSON.stringify(tokens)]);
  }
}

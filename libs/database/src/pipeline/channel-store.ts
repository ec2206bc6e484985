import type { MessageContent, TokenFacts } from '#libs/contracts';
import type { Sql } from '../sql.ts';

/** Another token of a device. */
export interface OtherToken extends TokenFacts {
  /** Id of the token of the same device that was asked about. */
  besideId: number;
  credentialId: number;
}

const OTHER_TOKENS = {
  name: 'other-tokens-of-devices',
  text: `
    SELECT asked.id AS "besideId", t.id, t.token, t.credential, k.vendor, k.id AS "credentialId",
           k.disabled AS "credentialDisabled", k.fields ->> 'region' AS region, t.registered_at AS "registeredAt",
           t.gone_at AS "goneAt", t.muted_until AS "mutedUntil"
    FROM device_tokens asked
    JOIN device_tokens t ON t.device = asked.device AND t.id <> asked.id
    JOIN credentials k ON k.app_id = $1 AND k.name = t.credential AND NOT k.disabled
    WHERE asked.id = ANY ($2::bigint[]) AND asked.app_id = $1 AND t.app_id = $1 AND t.gone_at IS NULL
      AND (t.muted_until IS NULL OR t.muted_until <= to_timestamp($3::float8 / 1000))
    ORDER BY asked.id, t.id`,
};

const EVENT = {
  name: 'event-of-message',
  text: 'SELECT event FROM messages WHERE app_id = $1 AND seq = $2',
};

/** Reads where else a push may go. */
export class ChannelStore {
  constructor(private readonly sql: Sql) {}

  /** The other tokens of the devices that these tokens belong to, without those that nothing may be pushed to at `now`. */
  async otherTokens(appId: number, tokenIds: readonly number[], now: number): Promise<OtherToken[]> {
    return await this.sql.run<OtherToken>(OTHER_TOKENS, [appId, tokenIds, now]);
  }

  /** The event of a message; null when the message is forgotten. */
  async event(appId: number, messageSeq: number): Promise<MessageContent | null> {
    const [row] = await this.sql.run<{ event: MessageContent }>(EVENT, [appId, messageSeq]);
    return row?.event ?? null;
  }
}

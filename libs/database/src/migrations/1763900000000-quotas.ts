import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The ledger of daily quotas. A row of `quota_days` is asked for a block of pushes at a time; how a block is used up is
 * noted in `quota_leases`, one row per sender, class and purpose, so that senders do not wait for each other with every push.
 * `taken` counts, by purpose, what is leased or used; what is used alone is `taken` without what leases have left.
 */
export class Quotas1763900000000 implements MigrationInterface {
  name = 'Quotas1763900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE credentials ADD COLUMN quota jsonb NOT NULL DEFAULT '{}';
      ALTER TABLE send_jobs ADD COLUMN class text, ADD COLUMN onward_key uuid;
      ALTER TABLE send_batches ADD COLUMN claimed_at timestamptz;
      CREATE UNIQUE INDEX send_jobs_onward ON send_jobs (onward_key) WHERE onward_key IS NOT NULL;

      CREATE TABLE quota_days (
        credential_id    int NOT NULL REFERENCES credentials ON DELETE CASCADE,
        class            text NOT NULL,
        day              date NOT NULL,
        resets_at        timestamptz NOT NULL,
        -- The operator's limit, the documented one, and what the vendor itself has said; null: none, or not known.
        own_limit        bigint,
        documented_limit bigint,
        vendor_limit     bigint,
        -- By purpose, in the order of the contracts: chat, call, system, marketing.
        taken            bigint[] NOT NULL DEFAULT '{0,0,0,0}',
        -- How many the vendor has counted when it last said so, and how many of those did not come from here.
        vendor_used      bigint,
        elsewhere        bigint NOT NULL DEFAULT 0,
        last_lease       bigint NOT NULL DEFAULT 0,
        -- The vendor's code when it said that there is no more today, and when new settings last opened it again.
        closed_code      text,
        reopened_at      timestamptz,
        -- How fast it is used up, smoothed, and the last look at it; since when there have been any.
        per_second       float8 NOT NULL DEFAULT 0,
        sampled_used     bigint NOT NULL DEFAULT 0,
        sampled_at       timestamptz,
        sampled_since    timestamptz,
        polled_at        timestamptz,
        PRIMARY KEY (credential_id, class, day)
      ) WITH (fillfactor = 50);
      CREATE INDEX quota_days_reset ON quota_days (resets_at);

      CREATE TABLE quota_leases (
        id            uuid PRIMARY KEY,
        claimant      uuid NOT NULL,
        credential_id int NOT NULL,
        -- Of the credential, under whose limits it was given.
        version       uuid NOT NULL,
        class         text NOT NULL,
        day           date NOT NULL,
        purpose       int NOT NULL,
        granted       bigint NOT NULL,
        used          bigint NOT NULL DEFAULT 0,
        -- Pushes that may have gone out when their sender fell silent.
        doubted       bigint NOT NULL DEFAULT 0,
        expires_at    timestamptz NOT NULL
      ) WITH (fillfactor = 50);
      CREATE INDEX quota_leases_key ON quota_leases (credential_id, class, day);

      CREATE TABLE quota_devices (
        token_id bigint NOT NULL,
        class    text NOT NULL,
        day      date NOT NULL,
        count    int NOT NULL,
        PRIMARY KEY (token_id, class, day)
      );
      CREATE INDEX quota_devices_day ON quota_devices USING brin (day);

      CREATE TABLE quota_alerts (
        credential_id int NOT NULL REFERENCES credentials ON DELETE CASCADE,
        class         text NOT NULL,
        day           date NOT NULL,
        threshold     float8 NOT NULL,
        -- As it stood when the alert was raised. No limit: the vendor has said that there is no more, and none is known.
        day_limit     bigint,
        used          bigint NOT NULL,
        closed_code   text,
        resets_at     timestamptz NOT NULL,
        exhausts_at   timestamptz,
        raised_at     timestamptz NOT NULL,
        due_at        timestamptz NOT NULL,
        attempts      int NOT NULL DEFAULT 0,
        delivered_at  timestamptz,
        PRIMARY KEY (credential_id, class, day, threshold)
      );
      CREATE INDEX quota_alerts_due ON quota_alerts (due_at) WHERE delivered_at IS NULL;

      -- The limit that counts: the operator's, else what the vendor itself has said, else the documented one.
      CREATE FUNCTION quota_limit(own bigint, documented bigint, vendor bigint) RETURNS bigint
        LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN coalesce(own, vendor, documented);

      -- What a purpose may still take: nothing of the shares that are kept for others. Null without a limit.
      CREATE FUNCTION quota_left(day_limit bigint, elsewhere bigint, taken bigint[], shares float8[], purpose int)
        RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN CASE WHEN day_limit IS NOT NULL THEN greatest(0, day_limit - elsewhere
          - (SELECT sum(t) FROM unnest(taken) AS t)::bigint
          - (SELECT coalesce(sum(greatest(0, floor(share * day_limit)::bigint - amount)), 0)::bigint
             FROM unnest(shares, taken) WITH ORDINALITY AS kept (share, amount, position) WHERE position <> purpose)) END;

      -- The size of a lease: at least what is needed now, and the smaller the less is left.
      CREATE FUNCTION quota_block(amount_left bigint, need bigint, most bigint, part int) RETURNS bigint
        LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN CASE WHEN amount_left IS NULL THEN greatest(need, most)
                    ELSE least(amount_left, greatest(need, least(most, amount_left / part))) END;

      CREATE FUNCTION quota_minus(taken bigint[], back bigint[]) RETURNS bigint[]
        LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN ARRAY(SELECT t - coalesce(b, 0) FROM unnest(taken, back) WITH ORDINALITY AS x (t, b, i) ORDER BY i);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION quota_minus, quota_block, quota_left, quota_limit;
      DROP TABLE quota_alerts, quota_devices, quota_leases, quota_days;
      ALTER TABLE send_batches DROP COLUMN claimed_at;
      ALTER TABLE send_jobs DROP COLUMN class, DROP COLUMN onward_key;
      ALTER TABLE credentials DROP COLUMN quota;
    `);
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the Agora-compatible API needs beside the first schema: ways to log in, the switch of advanced features, rate limits
 * of single apps, labels, members of groups, and push tasks that are carried out later.
 */
export class Agora1763800000000 implements MigrationInterface {
  name = 'Agora1763800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE apps
        ADD COLUMN client_id text UNIQUE,
        ADD COLUMN client_secret_hash bytea,
        ADD COLUMN agora_app_id text UNIQUE,
        ADD COLUMN agora_certificate bytea,
        ADD COLUMN agora_certificate_key text,
        ADD COLUMN advanced_features boolean NOT NULL DEFAULT true,
        ADD COLUMN rate_limits jsonb NOT NULL DEFAULT '{}';
      ALTER TABLE app_tokens
        ADD COLUMN user_id bigint REFERENCES users ON DELETE CASCADE,
        ADD COLUMN issued boolean NOT NULL DEFAULT false;
      CREATE INDEX app_tokens_user ON app_tokens (user_id) WHERE user_id IS NOT NULL;
      CREATE INDEX app_tokens_expiry ON app_tokens (expires_at) WHERE issued;
      ALTER TABLE users ADD COLUMN password_hash text;

      CREATE TABLE labels (
        id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        app_id      int NOT NULL REFERENCES apps ON DELETE CASCADE,
        name        text NOT NULL,
        description text NOT NULL DEFAULT '',
        created_at  timestamptz NOT NULL DEFAULT now(),
        UNIQUE (app_id, name)
      );
      CREATE TABLE label_users (
        label_id   bigint NOT NULL REFERENCES labels ON DELETE CASCADE,
        user_id    bigint NOT NULL REFERENCES users ON DELETE CASCADE,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (label_id, user_id)
      );
      CREATE INDEX label_users_user ON label_users (user_id);

      CREATE TABLE chat_groups (
        app_id     int NOT NULL REFERENCES apps ON DELETE CASCADE,
        group_id   text NOT NULL,
        members    text[] NOT NULL,
        updated_at timestamptz NOT NULL,
        PRIMARY KEY (app_id, group_id)
      );

      CREATE TABLE push_tasks (
        id         bigint PRIMARY KEY,
        app_id     int NOT NULL REFERENCES apps ON DELETE CASCADE,
        labels     bigint[],
        usernames  text[],
        event      json NOT NULL,
        start_at   timestamptz NOT NULL,
        due_at     timestamptz NOT NULL,
        after_user bigint NOT NULL DEFAULT 0,
        chunks     int NOT NULL DEFAULT 0,
        done_at    timestamptz,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX push_tasks_due ON push_tasks (due_at) WHERE done_at IS NULL;
      CREATE INDEX push_tasks_done ON push_tasks (done_at) WHERE done_at IS NOT NULL;
      CREATE INDEX users_by_app ON users (app_id, id);

      -- Counters of calls where there is no Redis, in the form of rate-limiter-flexible. A crash may forget them.
      CREATE UNLOGGED TABLE rate_limits (
        key    varchar(255) PRIMARY KEY,
        points int NOT NULL DEFAULT 0,
        expire bigint
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE rate_limits, push_tasks, chat_groups, label_users, labels;
      DROP INDEX users_by_app;
      ALTER TABLE users DROP COLUMN password_hash;
      ALTER TABLE app_tokens DROP COLUMN user_id, DROP COLUMN issued;
      ALTER TABLE apps DROP COLUMN client_id, DROP COLUMN client_secret_hash, DROP COLUMN agora_app_id,
        DROP COLUMN agora_certificate, DROP COLUMN agora_certificate_key, DROP COLUMN advanced_features,
        DROP COLUMN rate_limits;
    `);
  }
}

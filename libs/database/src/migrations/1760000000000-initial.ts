import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The first schema. Settings tables are small rows, updated in place; pipeline tables (messages, decisions, send_batches,
 * send_jobs) are written per batch and mostly appended to, with the per-receiver detail in `json` columns: one row tells
 * the story of a page of receivers. They have no foreign keys: those would cost more than the rows, and nothing but the
 * purge, which knows them all, deletes what they would point to.
 */
export class Initial1760000000000 implements MigrationInterface {
  name = 'Initial1760000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE apps (
        id           int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        organization text NOT NULL,
        name         text NOT NULL,
        uuid         uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
        policy       jsonb NOT NULL DEFAULT '{}',
        created_at   timestamptz NOT NULL DEFAULT now(),
        UNIQUE (organization, name)
      );

      CREATE TABLE app_tokens (
        id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        app_id     int NOT NULL REFERENCES apps ON DELETE CASCADE,
        label      text NOT NULL,
        hash       bytea NOT NULL UNIQUE,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz,
        revoked_at timestamptz
      );
      CREATE INDEX app_tokens_app ON app_tokens (app_id);

      CREATE TABLE users (
        id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        app_id        int NOT NULL REFERENCES apps ON DELETE CASCADE,
        username      text NOT NULL,
        uuid          uuid NOT NULL DEFAULT gen_random_uuid(),
        activated     boolean NOT NULL DEFAULT true,
        push_enabled  boolean NOT NULL DEFAULT true,
        nickname      text,
        display_style text CHECK (display_style IN ('simple', 'summary')),
        language      text NOT NULL DEFAULT '',
        time_zone     text,
        mode          text CHECK (mode IN ('ALL', 'AT', 'NONE')),
        dnd_until     timestamptz,
        dnd_interval  text,
        template_name text,
        sound_user    text,
        sound_group   text,
        created_at    timestamptz NOT NULL DEFAULT now(),
        modified_at   timestamptz NOT NULL DEFAULT now(),
        UNIQUE (app_id, username)
      );

      CREATE TABLE conversation_settings (
        user_id      bigint NOT NULL REFERENCES users ON DELETE CASCADE,
        chat_type    text NOT NULL CHECK (chat_type IN ('user', 'chatgroup')),
        key          text NOT NULL,
        mode         text CHECK (mode IN ('ALL', 'AT', 'NONE')),
        dnd_until    timestamptz,
        dnd_interval text,
        PRIMARY KEY (user_id, chat_type, key)
      );

      CREATE TABLE devices (
        id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        user_id     bigint NOT NULL REFERENCES users ON DELETE CASCADE,
        device_id   text NOT NULL,
        presence    text NOT NULL DEFAULT 'background'
                    CHECK (presence IN ('foreground', 'background', 'logged_out', 'kicked')),
        seen_at     timestamptz NOT NULL DEFAULT now(),
        unread      int NOT NULL DEFAULT 0,
        locale      text,
        created_at  timestamptz NOT NULL DEFAULT now(),
        UNIQUE (user_id, device_id)
      ) WITH (fillfactor = 80);

      CREATE TABLE device_tokens (
        id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        app_id        int NOT NULL REFERENCES apps ON DELETE CASCADE,
        device        bigint NOT NULL REFERENCES devices ON DELETE CASCADE,
        credential    text NOT NULL,
        token         text NOT NULL,
        token_hash    bytea NOT NULL,
        registered_at timestamptz NOT NULL DEFAULT now(),
        gone_at       timestamptz,
        UNIQUE (device, credential),
        UNIQUE (app_id, credential, token_hash)
      );

      CREATE TABLE credentials (
        id          int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        app_id      int NOT NULL REFERENCES apps ON DELETE CASCADE,
        name        text NOT NULL,
        vendor      text NOT NULL,
        fields      jsonb NOT NULL,
        secrets     bytea NOT NULL,
        secrets_key text NOT NULL,
        disabled    boolean NOT NULL DEFAULT false,
        version     uuid NOT NULL DEFAULT gen_random_uuid(),
        created_at  timestamptz NOT NULL DEFAULT now(),
        modified_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (app_id, name)
      );

      CREATE TABLE templates (
        app_id          int NOT NULL REFERENCES apps ON DELETE CASCADE,
        name            text NOT NULL,
        title_pattern   text NOT NULL,
        content_pattern text NOT NULL,
        created_at      timestamptz NOT NULL DEFAULT now(),
        updated_at      timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (app_id, name)
      );

      CREATE TABLE access_tokens (
        key         text PRIMARY KEY,
        value       bytea,
        value_key   text,
        issued_at   timestamptz,
        expires_at  timestamptz
      );

      CREATE TABLE messages (
        seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        app_id      int NOT NULL,
        id          text NOT NULL,
        event       json NOT NULL,
        receivers   text[] NOT NULL,
        pages       int NOT NULL,
        accepted_at timestamptz NOT NULL DEFAULT now(),
        due_at      timestamptz NOT NULL,
        UNIQUE (app_id, id)
      );
      CREATE INDEX messages_accepted ON messages USING brin (accepted_at);

      CREATE TABLE decisions (
        message_seq bigint NOT NULL,
        page        int NOT NULL,
        decided_at  timestamptz NOT NULL DEFAULT now(),
        verdicts    json NOT NULL,
        PRIMARY KEY (message_seq, page)
      );

      CREATE TABLE send_batches (
        id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        app_id        int NOT NULL,
        vendor        text NOT NULL,
        open          boolean NOT NULL DEFAULT true,
        due_at        timestamptz NOT NULL,
        claimed_until timestamptz,
        claimed_by    uuid,
        created_at    timestamptz NOT NULL DEFAULT now()
      ) WITH (fillfactor = 70);
      CREATE INDEX send_batches_due ON send_batches (due_at) WHERE open;
      CREATE INDEX send_batches_created ON send_batches USING brin (created_at);

      CREATE TABLE send_jobs (
        id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        app_id        int NOT NULL,
        message_seq   bigint NOT NULL,
        page          int NOT NULL,
        batch_id      bigint NOT NULL,
        vendor        text NOT NULL,
        credential_id int NOT NULL,
        notification  json NOT NULL,
        targets       json NOT NULL,
        outcomes      json,
        payload_hash  text,
        remaining     int NOT NULL,
        created_at    timestamptz NOT NULL DEFAULT now()
      ) WITH (fillfactor = 60);
      CREATE INDEX send_jobs_message ON send_jobs (message_seq);
      CREATE INDEX send_jobs_batch ON send_jobs (batch_id);

      CREATE TABLE reconciler (
        only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        watermark bigint NOT NULL DEFAULT 0
      );
      INSERT INTO reconciler DEFAULT VALUES;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE reconciler, send_jobs, send_batches, decisions, messages, access_tokens, templates, credentials,
                 device_tokens, devices, conversation_settings, users, app_tokens, apps
    `);
  }
}

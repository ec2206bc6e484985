import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Receipts of vendors. They come by the hundred per post and are only read with a message's story: one row holds what one
 * post said of one send job. `receipt_key` is the part of a credential's receipt URL that nobody can guess.
 */
export class Receipts1763700000000 implements MigrationInterface {
  name = 'Receipts1763700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE credentials ADD COLUMN receipt_key uuid NOT NULL UNIQUE DEFAULT gen_random_uuid();
      ALTER TABLE device_tokens ADD COLUMN muted_until timestamptz;

      CREATE TABLE receipts (
        id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        send_job_id bigint NOT NULL,
        items       json NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX receipts_send_job ON receipts (send_job_id);
      CREATE INDEX receipts_received ON receipts USING brin (received_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE receipts;
      ALTER TABLE device_tokens DROP COLUMN muted_until;
      ALTER TABLE credentials DROP COLUMN receipt_key;
    `);
  }
}

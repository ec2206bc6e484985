import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A device's address with one credential's vendor. A token belongs to one device at a time. */
@Entity('device_tokens')
export class DeviceToken {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column('int', { name: 'app_id' })
  appId!: number;

  @Column('bigint', { name: 'device' })
  device!: number;

  @Column('text')
  credential!: string;

  @Column('text')
  token!: string;

  /** SHA-256 of the token: tokens are too long for an index. */
  @Column('bytea', { name: 'token_hash' })
  tokenHash!: Buffer;

  @Column('timestamptz', { name: 'registered_at', default: () => 'now()' })
  registeredAt!: Date;

  /** When the vendor said that it is dead. */
  @Column('timestamptz', { name: 'gone_at', nullable: true })
  goneAt!: Date | null;

  /** Nothing is pushed to it before. Postgres' `infinity`, until it is registered again, comes as the number. */
  @Column('timestamptz', { name: 'muted_until', nullable: true })
  mutedUntil!: Date | number | null;
}

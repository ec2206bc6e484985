import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A bearer token of an app, or of one of its users. Only its SHA-256 is stored. */
@Entity('app_tokens')
export class AppToken {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Column('int', { name: 'app_id' })
  appId!: number;

  /** The user that it is for; null: the whole app. */
  @Column('bigint', { name: 'user_id', nullable: true })
  userId!: number | null;

  /** Given out by `POST token`, not by an operator: not listed, and deleted some time after its end. */
  @Column('boolean', { default: false })
  issued!: boolean;

  /** What the operator calls it. */
  @Column('text')
  label!: string;

  @Column('bytea')
  hash!: Buffer;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
}

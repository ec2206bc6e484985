import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A bearer token of an app. Only its SHA-256 is stored. */
@Entity('app_tokens')
export class AppToken {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Column('int', { name: 'app_id' })
  appId!: number;

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

import { Column, Entity, Generated, PrimaryGeneratedColumn } from 'typeorm';

/** A tenant. */
@Entity('apps')
export class App {
  @PrimaryGeneratedColumn('identity', { type: 'int', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column('text')
  organization!: string;

  @Column('text')
  name!: string;

  @Column('uuid')
  @Generated('uuid')
  uuid!: string;

  /** What the operator set of the policy; defaults fill the rest when it is read. */
  @Column('jsonb', { default: {} })
  policy!: Record<string, unknown>;

  /** Mode, do-not-disturb and templates can be used (Agora: advanced features for push). */
  @Column('boolean', { name: 'advanced_features', default: true })
  advancedFeatures!: boolean;

  /** What its servers log in with at `POST token`; null until one was made. */
  @Column('text', { name: 'client_id', nullable: true })
  clientId!: string | null;

  /** SHA-256 of the client's secret. */
  @Column('bytea', { name: 'client_secret_hash', nullable: true })
  clientSecretHash!: Buffer | null;

  /** Its App ID with Agora: names the app in paths, and in tokens that start with 007. */
  @Column('text', { name: 'agora_app_id', nullable: true })
  agoraAppId!: string | null;

  /** Its App Certificate with Agora, sealed. */
  @Column('bytea', { name: 'agora_certificate', nullable: true })
  agoraCertificate!: Buffer | null;

  @Column('text', { name: 'agora_certificate_key', nullable: true })
  agoraCertificateKey!: string | null;

  /** Calls per second by group, where they differ from the defaults; null = no limit. */
  @Column('jsonb', { name: 'rate_limits', default: {} })
  rateLimits!: Record<string, number | null>;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}

import type { VendorName } from '#libs/contracts';
import { Column, Entity, Generated, PrimaryGeneratedColumn } from 'typeorm';

/** An app's account with a vendor. */
@Entity('credentials')
export class Credential {
  @PrimaryGeneratedColumn('identity', { type: 'int', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column('int', { name: 'app_id' })
  appId!: number;

  /** The credential's name (Agora: notifier name; Tencent: certificate ID). */
  @Column('text')
  name!: string;

  @Column('text')
  vendor!: VendorName;

  /** The fields that are no secret, as given. */
  @Column('jsonb')
  fields!: Record<string, unknown>;

  /** The secret fields as JSON, sealed. */
  @Column('bytea')
  secrets!: Buffer;

  @Column('text', { name: 'secrets_key' })
  secretsKey!: string;

  @Column('boolean', { default: false })
  disabled!: boolean;

  /** New with every change, so that no cache goes on with the old one. */
  @Column('uuid')
  @Generated('uuid')
  version!: string;

  /** The part of its receipt URL that nobody can guess. */
  @Column('uuid', { name: 'receipt_key' })
  @Generated('uuid')
  receiptKey!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'modified_at', default: () => 'now()' })
  modifiedAt!: Date;
}

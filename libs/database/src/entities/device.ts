import type { Presence } from '#libs/contracts';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** One install of the chat program. */
@Entity('devices')
export class Device {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column('bigint', { name: 'user_id' })
  userId!: number;

  /** Chosen by the client. */
  @Column('text', { name: 'device_id' })
  deviceId!: string;

  @Column('text', { default: 'background' })
  presence!: Presence;

  @Column('timestamptz', { name: 'seen_at', default: () => 'now()' })
  seenAt!: Date;

  /** The unread count last reported, plus the pushes counted since. */
  @Column('int', { default: 0 })
  unread!: number;

  @Column('text', { nullable: true })
  locale!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}

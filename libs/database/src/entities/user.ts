import type { Mode, UserFacts } from '#libs/contracts';
import { Column, Entity, Generated, PrimaryGeneratedColumn } from 'typeorm';

/** A chat account with its app-level push settings. */
@Entity('users')
export class User {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column('int', { name: 'app_id' })
  appId!: number;

  @Column('text')
  username!: string;

  @Column('uuid')
  @Generated('uuid')
  uuid!: string;

  @Column('boolean', { default: true })
  activated!: boolean;

  /** The master switch. */
  @Column('boolean', { name: 'push_enabled', default: true })
  pushEnabled!: boolean;

  /** What receivers see as the sender's name. */
  @Column('text', { nullable: true })
  nickname!: string | null;

  /** Null until it is set; then as simple. */
  @Column('text', { name: 'display_style', nullable: true })
  displayStyle!: UserFacts['displayStyle'] | null;

  /** Preferred language of pushes; '' = the original text. */
  @Column('text', { default: '' })
  language!: string;

  /** IANA name. */
  @Column('text', { name: 'time_zone', nullable: true })
  timeZone!: string | null;

  @Column('text', { nullable: true })
  mode!: Mode | null;

  @Column('timestamptz', { name: 'dnd_until', nullable: true })
  dndUntil!: Date | null;

  /** `HH:MM-HH:MM` as given. */
  @Column('text', { name: 'dnd_interval', nullable: true })
  dndInterval!: string | null;

  @Column('text', { name: 'template_name', nullable: true })
  templateName!: string | null;

  @Column('text', { name: 'sound_user', nullable: true })
  soundUser!: string | null;

  @Column('text', { name: 'sound_group', nullable: true })
  soundGroup!: string | null;

  /** What the user logs in with at `POST token`, hashed; loaded only where it is asked for. */
  @Column('text', { name: 'password_hash', nullable: true, select: false })
  passwordHash?: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'modified_at', default: () => 'now()' })
  modifiedAt!: Date;
}

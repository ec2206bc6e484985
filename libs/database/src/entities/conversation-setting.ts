import type { Mode } from '#libs/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A user's push settings for one conversation. */
@Entity('conversation_settings')
export class ConversationSetting {
  @PrimaryColumn('bigint', { name: 'user_id' })
  userId!: number;

  @PrimaryColumn('text', { name: 'chat_type' })
  chatType!: 'user' | 'chatgroup';

  @PrimaryColumn('text')
  key!: string;

  /** Null = inherits from the app level (DEFAULT). */
  @Column('text', { nullable: true })
  mode!: Mode | null;

  @Column('timestamptz', { name: 'dnd_until', nullable: true })
  dndUntil!: Date | null;

  /** Kept and given back, never used in a decision: an interval works at app level only. */
  @Column('text', { name: 'dnd_interval', nullable: true })
  dndInterval!: string | null;
}

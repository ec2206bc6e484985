import type { DataSource } from 'typeorm';
import { ConversationSetting } from '../entities/conversation-setting.ts';
import { failedWith, FOREIGN_KEY_VIOLATION } from '../postgres-error.ts';

export type ConversationPatch = Partial<Pick<ConversationSetting, 'mode' | 'dndUntil' | 'dndInterval'>>;

interface ConversationKey {
  userId: number;
  chatType: ConversationSetting['chatType'];
  key: string;
}

/** Users' push settings per conversation. */
export class ConversationRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Merges the patch into the stored settings: absent fields keep their value. Null when the user is gone. */
  async put(conversation: ConversationKey, patch: ConversationPatch): Promise<ConversationSetting | null> {
    const columns = Object.keys(patch) as (keyof ConversationPatch)[];
    const insert = this.dataSource
      .createQueryBuilder()
      .insert()
      .into(ConversationSetting)
      .values({ ...conversation, ...patch });
    const columnNames = { mode: 'mode', dndUntil: 'dnd_until', dndInterval: 'dnd_interval' } as const;
    const write = (
      columns.length === 0
        ? insert.orIgnore()
        : insert.orUpdate(
            columns.map((column) => columnNames[column]),
            ['user_id', 'chat_type', 'key'],
          )
    ).execute();
    try {
      await write;
    } catch (error) {
      if (failedWith(error, FOREIGN_KEY_VIOLATION)) return null;
      throw error;
    }
    return await this.find(conversation);
  }

  async find(conversation: ConversationKey): Promise<ConversationSetting | null> {
    return await this.dataSource.getRepository(ConversationSetting).findOneBy(conversation);
  }
}

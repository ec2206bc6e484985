import type { Mode } from '#libs/contracts';
import pg from 'pg';
import { FOREIGN_KEY_VIOLATION } from '../postgres-error.ts';
import type { Sql } from '../sql.ts';

/** Mode and do-not-disturb as stored, of a user (app level) or of a conversation. Times are Unix ms; null = never set. */
export interface PushSettings {
  mode: Mode | null;
  dndUntil: number | null;
  /** As given. Of a user '' = removed. Of a conversation it is kept and given back, never used in a decision. */
  dndInterval: string | null;
}

/** What calls on a user's settings start from. */
export interface KnownUser extends PushSettings {
  id: number;
  username: string;
  /** Preferred language of pushes; '' = the original text. */
  language: string;
  templateName: string | null;
  /** Whether the app's advanced features are on. */
  advancedFeatures: boolean;
}

/** A user as callers name it. */
interface UserName {
  appId: number;
  username: string;
}

export interface ConversationKey {
  chatType: 'user' | 'chatgroup';
  key: string;
}

const SETTINGS = 'mode, dnd_until AS "dndUntil", dnd_interval AS "dndInterval"';

const FIND_USER = {
  name: 'settings-user',
  text: `SELECT u.id, u.username, ${SETTINGS}, u.language, u.template_name AS "templateName",
                a.advanced_features AS "advancedFeatures"
         FROM users u JOIN apps a ON a.id = u.app_id WHERE u.app_id = $1 AND u.username = $2`,
};

/**
 * Sets the columns whose flag ($3, $5, $7) is true; the others keep their value. No row where the app has no such user, or
 * has its advanced features off: a write that looked first could come too late for a switch.
 */
const PUT_APP_LEVEL = {
  name: 'settings-put-app-level',
  text: `UPDATE users u SET mode = CASE WHEN $3::boolean THEN $4::text ELSE u.mode END,
                            dnd_until = CASE WHEN $5::boolean THEN $6::timestamptz ELSE u.dnd_until END,
                            dnd_interval = CASE WHEN $7::boolean THEN $8::text ELSE u.dnd_interval END,
                            modified_at = $9
         FROM apps a
         WHERE a.id = $1 AND a.advanced_features AND u.app_id = $1 AND u.username = $2
         RETURNING ${SETTINGS}`,
};

/** As above. */
const PUT_CONVERSATION = {
  name: 'settings-put-conversation',
  text: `INSERT INTO conversation_settings AS c (user_id, chat_type, key, mode, dnd_until, dnd_interval)
         SELECT u.id, $9, $10, $4::text, $6::timestamptz, $8::text
         FROM users u JOIN apps a ON a.id = u.app_id AND a.advanced_features WHERE u.app_id = $1 AND u.username = $2
         ON CONFLICT (user_id, chat_type, key) DO UPDATE SET
           mode = CASE WHEN $3::boolean THEN excluded.mode ELSE c.mode END,
           dnd_until = CASE WHEN $5::boolean THEN excluded.dnd_until ELSE c.dnd_until END,
           dnd_interval = CASE WHEN $7::boolean THEN excluded.dnd_interval ELSE c.dnd_interval END
         RETURNING ${SETTINGS}`,
};

const FIND_CONVERSATIONS = {
  name: 'settings-conversations',
  text: `SELECT chat_type AS "chatType", key, ${SETTINGS} FROM conversation_settings
         WHERE user_id = $1 AND (chat_type, key) IN (SELECT * FROM unnest($2::text[], $3::text[]))`,
};

const LIST_MODES = {
  name: 'settings-modes',
  text: `SELECT chat_type AS "chatType", key, mode FROM conversation_settings
         WHERE user_id = $1 AND mode IS NOT NULL AND (chat_type, key) > ($2, $3) ORDER BY chat_type, key LIMIT $4`,
};

const PUT_LANGUAGE = {
  name: 'settings-put-language',
  text: 'UPDATE users SET language = $2, modified_at = $3 WHERE id = $1 RETURNING id',
};

const PUT_TEMPLATE = {
  name: 'settings-put-template',
  text: 'UPDATE users SET template_name = $2, modified_at = $3 WHERE id = $1 RETURNING id',
};

function patchValues({ mode, dndUntil, dndInterval }: Partial<PushSettings>): unknown[] {
  return [
    mode !== undefined,
    mode,
    dndUntil !== undefined,
    typeof dndUntil === 'number' ? new Date(dndUntil) : null,
    dndInterval !== undefined,
    dndInterval,
  ];
}

/** The push settings that clients read and write all the time: a write of mode or do-not-disturb is one statement. */
export class SettingsStore {
  constructor(private readonly sql: Sql) {}

  /** Null when the app has no such user. */
  async findUser(appId: number, username: string): Promise<KnownUser | null> {
    const [user] = await this.sql.run<KnownUser>(FIND_USER, [appId, username]);
    return user ?? null;
  }

  /**
   * Merges the patch into the app-level settings: absent fields keep their value. Null when the app has no such user, or has
   * its advanced features off.
   */
  async putAppLevel(
    { appId, username }: UserName,
    patch: Partial<PushSettings>,
    now: number,
  ): Promise<PushSettings | null> {
    const values = [appId, username, ...patchValues(patch), new Date(now)];
    const [stored] = await this.sql.run<PushSettings>(PUT_APP_LEVEL, values);
    return stored ?? null;
  }

  /** As {@link putAppLevel}, for one conversation; concurrent first writes make one row. */
  async putConversation(
    { appId, username }: UserName,
    { chatType, key }: ConversationKey,
    patch: Partial<PushSettings>,
  ): Promise<PushSettings | null> {
    try {
      const values = [appId, username, ...patchValues(patch), chatType, key];
      const [stored] = await this.sql.run<PushSettings>(PUT_CONVERSATION, values);
      return stored ?? null;
    } catch (error) {
      // The user was deleted while this was written.
      if (error instanceof pg.DatabaseError && error.code === FOREIGN_KEY_VIOLATION) return null;
      throw error;
    }
  }

  /** The settings of those of the user's conversations that have any, in no order. */
  async ofConversations(
    userId: number,
    conversations: readonly ConversationKey[],
  ): Promise<(ConversationKey & PushSettings)[]> {
    return await this.sql.run<ConversationKey & PushSettings>(FIND_CONVERSATIONS, [
      userId,
      conversations.map(({ chatType }) => chatType),
      conversations.map(({ key }) => key),
    ]);
  }

  /** Conversations with a mode of their own, by type and key, from behind `after` on. */
  async modes(
    userId: number,
    after: { chatType: string; key: string },
    limit: number,
  ): Promise<(ConversationKey & { mode: Mode })[]> {
    return await this.sql.run<ConversationKey & { mode: Mode }>(LIST_MODES, [userId, after.chatType, after.key, limit]);
  }

  /** False when the user is gone. */
  async putLanguage(userId: number, language: string, now: number): Promise<boolean> {
    return (await this.sql.run(PUT_LANGUAGE, [userId, language, new Date(now)])).length > 0;
  }

  /** The receiver's own template, which need not exist; null removes it. False when the user is gone. */
  async putTemplate(userId: number, templateName: string | null, now: number): Promise<boolean> {
    return (await this.sql.run(PUT_TEMPLATE, [userId, templateName, new Date(now)])).length > 0;
  }
}

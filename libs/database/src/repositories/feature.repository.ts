import type { DataSource } from 'typeorm';
import { ConversationSetting } from '../entities/conversation-setting.ts';
import { PushTemplate } from '../entities/push-template.ts';

/** How many users, conversations and templates hold what is deleted when an app's advanced features are switched off. */
export interface AdvancedSettings {
  users: number;
  conversations: number;
  templates: number;
}

const HAS_SETTINGS =
  'mode IS NOT NULL OR dnd_until IS NOT NULL OR dnd_interval IS NOT NULL OR template_name IS NOT NULL';

/** The switch of an app's advanced features: mode, do-not-disturb and templates. */
export class FeatureRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** False, too, when there is no such app. */
  async isOn(appId: number): Promise<boolean> {
    const [app] = await this.dataSource.query<{ on: boolean }[]>(
      'SELECT advanced_features AS "on" FROM apps WHERE id = $1',
      [appId],
    );
    return app?.on ?? false;
  }

  async settings(appId: number): Promise<AdvancedSettings> {
    const [counts] = await this.dataSource.query<AdvancedSettings[]>(
      `SELECT (SELECT count(*)::int FROM users WHERE app_id = $1 AND (${HAS_SETTINGS})) AS users,
              (SELECT count(*)::int FROM conversation_settings JOIN users u ON u.id = user_id WHERE u.app_id = $1)
                AS conversations,
              (SELECT count(*)::int FROM templates WHERE app_id = $1) AS templates`,
      [appId],
    );
    return counts ?? { users: 0, conversations: 0, templates: 0 };
  }

  /**
   * Switches them on or off. Whatever settings there are go, in both directions: those of before, and the one that a call
   * may have written just when they were switched off. Nothing is deleted where they are on already.
   */
  async set(appId: number, on: boolean): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      // The row's lock makes switches of one app wait for each other.
      const [before] = await manager.query<{ on: boolean }[]>(
        'SELECT advanced_features AS "on" FROM apps WHERE id = $1 FOR NO KEY UPDATE',
        [appId],
      );
      if (on && before?.on === true) return;
      await manager.query('UPDATE apps SET advanced_features = $2 WHERE id = $1', [appId, on]);
      await manager.query(
        `UPDATE users SET mode = NULL, dnd_until = NULL, dnd_interval = NULL, template_name = NULL
         WHERE app_id = $1 AND (${HAS_SETTINGS})`,
        [appId],
      );
      await manager
        .createQueryBuilder()
        .delete()
        .from(ConversationSetting)
        .where('user_id IN (SELECT id FROM users WHERE app_id = :appId)', { appId })
        .execute();
      await manager.getRepository(PushTemplate).delete({ appId });
    });
  }
}

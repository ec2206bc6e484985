import type { Sql } from '../sql.ts';

const FIND = { name: 'find-app', text: 'SELECT id FROM apps WHERE organization = $1 AND name = $2' };

/** Finds an app by name, for processes that need nothing else of it. */
export class AppLookup {
  constructor(private readonly sql: Sql) {}

  /** The app's row id; null when there is none. */
  async find(organization: string, name: string): Promise<number | null> {
    const [row] = await this.sql.run<{ id: number }>(FIND, [organization, name]);
    return row?.id ?? null;
  }
}

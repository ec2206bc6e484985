import type { Sql, SqlRunner } from '../sql.ts';

/** Limits of push labels (Agora contract section 3.14). */
export const LABEL_LIMITS = { labels: 100, users: 20_000 } as const;

/** A push label. Times are Unix ms. */
export interface Label {
  id: number;
  name: string;
  description: string;
  createdAt: number;
}

/** A user of a label. */
export interface LabelUser {
  id: number;
  username: string;
  /** When the user was added, Unix ms. */
  created: number;
}

/** What became of a list of users that was to be added: each is in one of the lists. */
export interface LabelAddition {
  added: string[];
  unknown: string[];
  /** The label is full. */
  surplus: string[];
}

/** How a name is compared: `exact`, or whatever its case. */
export interface LabelName {
  name: string;
  exact: boolean;
}

const COLUMNS = 'l.id, l.name, l.description, l.created_at AS "createdAt"';
const COUNT = '(SELECT count(*) FROM label_users u WHERE u.label_id = l.id) AS count';

/** An app has few labels: comparing them all needs no index. With both spellings there, the exact one counts. */
const FIND = {
  name: 'find-label',
  text: `SELECT ${COLUMNS}, ${COUNT} FROM labels l
         WHERE l.app_id = $1 AND (l.name = $2 OR (NOT $3::boolean AND lower(l.name) = lower($2)))
         ORDER BY (l.name = $2) DESC, l.id LIMIT 1`,
};

/** One label at a time per app is made, or the limit could be passed. Does not hold up rows that point to the app. */
const LOCK_APP = { name: 'lock-app-labels', text: 'SELECT id FROM apps WHERE id = $1 FOR NO KEY UPDATE' };

const COUNT_LABELS = { name: 'count-labels', text: 'SELECT count(*) AS count FROM labels WHERE app_id = $1' };

const CREATE = {
  name: 'create-label',
  text: `INSERT INTO labels AS l (app_id, name, description, created_at)
         VALUES ($1, $2, $3, to_timestamp($4::float8 / 1000))
         RETURNING ${COLUMNS}`,
};

const LIST = {
  name: 'list-labels',
  text: `SELECT ${COLUMNS}, ${COUNT} FROM labels l WHERE l.app_id = $1 AND l.id > $2 ORDER BY l.id LIMIT $3`,
};

const DELETE = { name: 'delete-label', text: 'DELETE FROM labels WHERE app_id = $1 AND id = $2 RETURNING id' };

const LOCK_LABEL = {
  name: 'lock-label',
  text: 'SELECT id FROM labels WHERE app_id = $1 AND id = $2 FOR NO KEY UPDATE',
};

/** Locks the users, so that none is deleted before its row in the label points to it. */
const CANDIDATES = {
  name: 'label-candidates',
  text: `SELECT u.username, u.id, (SELECT count(*) FROM label_users m WHERE m.label_id = $2 AND m.user_id = u.id) AS member
         FROM users u WHERE u.app_id = $1 AND u.username = ANY ($3::text[]) ORDER BY u.id FOR KEY SHARE OF u`,
};

const COUNT_USERS = {
  name: 'count-label-users',
  text: 'SELECT count(*) AS count FROM label_users WHERE label_id = $1',
};

const ADD = {
  name: 'add-label-users',
  text: `INSERT INTO label_users (label_id, user_id, created_at)
         SELECT $1, id, to_timestamp($3::float8 / 1000) FROM unnest($2::bigint[]) AS a (id)
         ON CONFLICT DO NOTHING`,
};

const REMOVE = {
  name: 'remove-label-users',
  text: `DELETE FROM label_users m USING users u
         WHERE m.label_id = $2 AND m.user_id = u.id AND u.app_id = $1 AND u.username = ANY ($3::text[])
         RETURNING u.username`,
};

const USER = {
  name: 'find-label-user',
  text: `SELECT u.id, u.username, m.created_at AS created FROM users u JOIN label_users m ON m.user_id = u.id
         WHERE u.app_id = $1 AND m.label_id = $2 AND u.username = $3`,
};

const USERS = {
  name: 'list-label-users',
  text: `SELECT u.id, u.username, m.created_at AS created FROM label_users m JOIN users u ON u.id = m.user_id
         WHERE m.label_id = $1 AND m.user_id > $2 ORDER BY m.user_id LIMIT $3`,
};

type Counted = Label & { count: number };

/** Push labels of apps and the users they are on. */
export class LabelStore {
  constructor(private readonly sql: Sql) {}

  /** Null when the app has no such label. */
  async find(appId: number, { name, exact }: LabelName): Promise<Counted | null> {
    return await findOn(this.sql, appId, { name, exact });
  }

  /** Creates a label, unless the app has one of that name or as many as it may have. */
  async create(
    appId: number,
    { name, exact, description }: LabelName & { description: string },
    now: number,
  ): Promise<Label | 'exists' | 'limit'> {
    return await this.sql.transaction(async (runner) => {
      await runner.run(LOCK_APP, [appId]);
      if ((await findOn(runner, appId, { name, exact })) !== null) return 'exists';
      if ((await countOn(runner, COUNT_LABELS, appId)) >= LABEL_LIMITS.labels) return 'limit';
      const [label] = await runner.run<Label>(CREATE, [appId, name, description, now]);
      if (label === undefined) throw new Error('A label that was inserted is not there');
      return label;
    });
  }

  /** Labels in the order they were made, from behind the label with id `after`. */
  async list(appId: number, after: number, limit: number): Promise<Counted[]> {
    return await this.sql.run<Counted>(LIST, [appId, after, limit]);
  }

  /** Deletes the label; its users stay. False when there is none. */
  async delete(appId: number, id: number): Promise<boolean> {
    return (await this.sql.run(DELETE, [appId, id])).length === 1;
  }

  /** Adds users to a label; null when it is gone. Who is on it already counts as added. */
  async addUsers(appId: number, id: number, usernames: readonly string[], now: number): Promise<LabelAddition | null> {
    return await this.sql.transaction(async (runner) => {
      if ((await runner.run(LOCK_LABEL, [appId, id])).length === 0) return null;
      type Candidate = { username: string; id: number; member: number };
      const rows = await runner.run<Candidate>(CANDIDATES, [appId, id, usernames]);
      const known = new Map(rows.map((row) => [row.username, row]));
      let room = LABEL_LIMITS.users - (await countOn(runner, COUNT_USERS, id));
      const result: LabelAddition = { added: [], unknown: [], surplus: [] };
      const ids: number[] = [];
      for (const username of new Set(usernames)) {
        const user = known.get(username);
        if (user === undefined) {
          result.unknown.push(username);
        } else if (user.member > 0) {
          result.added.push(username);
        } else if (room > 0) {
          room -= 1;
          ids.push(user.id);
          result.added.push(username);
        } else {
          result.surplus.push(username);
        }
      }
      if (ids.length > 0) await runner.run(ADD, [id, ids, now]);
      return result;
    });
  }

  /** Takes users off a label. Returns those who were on it. */
  async removeUsers(appId: number, id: number, usernames: readonly string[]): Promise<string[]> {
    const rows = await this.sql.run<{ username: string }>(REMOVE, [appId, id, usernames]);
    return rows.map(({ username }) => username);
  }

  /** Null when the user is not on the label. */
  async user(appId: number, id: number, username: string): Promise<LabelUser | null> {
    const [user] = await this.sql.run<LabelUser>(USER, [appId, id, username]);
    return user ?? null;
  }

  /** The label's users by id, from behind the user with id `after`. The caller has looked the label up in its app. */
  async users(id: number, after: number, limit: number): Promise<LabelUser[]> {
    return await this.sql.run<LabelUser>(USERS, [id, after, limit]);
  }
}

async function findOn(runner: SqlRunner, appId: number, { name, exact }: LabelName): Promise<Counted | null> {
  const [label] = await runner.run<Counted>(FIND, [appId, name, exact]);
  return label ?? null;
}

async function countOn(runner: SqlRunner, statement: typeof COUNT_LABELS, id: number): Promise<number> {
  const [row] = await runner.run<{ count: number }>(statement, [id]);
  return row?.count ?? 0;
}

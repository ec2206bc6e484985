import type { MessageContent } from '#libs/contracts';
import { MessageStore } from '../pipeline/message-store.ts';
import { storableJson } from '../storable-json.ts';
import type { Sql, SqlRunner } from '../sql.ts';

/** A push to many: without its id and its time, which each of its messages gets anew. */
export type PushTaskEvent = Omit<MessageContent, 'id' | 'sentAt'>;

/** Who a task is for: the users of all these labels, a list of user names, or everybody. */
export type PushTaskAudience =
  { kind: 'labels'; labels: readonly number[] } | { kind: 'users'; usernames: readonly string[] } | { kind: 'all' };

/** A task that was taken to be worked on. */
export interface TakenPushTask {
  /** Above 2^53: digits. */
  id: string;
  appId: number;
  audience: PushTaskAudience;
  event: PushTaskEvent;
  /** How far it has come: a user's id, or a place in the list of user names. */
  after: number;
  /** Messages made so far. */
  chunks: number;
}

/** What one step of a task made. */
export interface PushTaskStep {
  /** The stored message; null when nobody was left, or the message was there already. */
  seq: number | null;
  receivers: number;
  isDone: boolean;
}

const CREATE = {
  name: 'create-push-task',
  text: `
    INSERT INTO push_tasks (id, app_id, labels, usernames, event, start_at, due_at, created_at)
    VALUES ($1, $2, $3::bigint[], $4::text[], $5::json, to_timestamp($6::float8 / 1000), to_timestamp($6::float8 / 1000),
            to_timestamp($7::float8 / 1000))
    ON CONFLICT DO NOTHING RETURNING id`,
};

/** Who takes a task has it until it is due again; the next one takes another. */
const TAKE = {
  name: 'take-push-task',
  text: `
    UPDATE push_tasks t SET due_at = to_timestamp($2::float8 / 1000)
    WHERE t.id = (SELECT id FROM push_tasks
                  WHERE done_at IS NULL AND due_at <= to_timestamp($1::float8 / 1000)
                  ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING t.id::text, t.app_id AS "appId", t.labels, t.usernames IS NOT NULL AS "isList", t.event,
              t.after_user AS after, t.chunks`,
};

/** All users of an app, by id. */
const ALL = {
  name: 'push-task-all',
  text: 'SELECT id AS position, username FROM users WHERE app_id = $1 AND id > $2 ORDER BY id LIMIT $3',
};

/** Users on every one of the labels. */
const LABELLED = {
  name: 'push-task-labelled',
  text: `
    SELECT u.id AS position, u.username
    FROM label_users m JOIN users u ON u.id = m.user_id AND u.app_id = $1
    WHERE m.label_id = ($4::bigint[])[1] AND m.user_id > $2
      AND (SELECT count(*) FROM label_users o WHERE o.user_id = m.user_id AND o.label_id = ANY ($4::bigint[]))
          = cardinality($4::bigint[])
    ORDER BY m.user_id LIMIT $3`,
};

const LISTED = {
  name: 'push-task-listed',
  text: `
    SELECT $2::int + n.place AS position, n.username
    FROM push_tasks t, unnest(t.usernames[$2::int + 1 : $2::int + $3::int]) WITH ORDINALITY AS n (username, place)
    WHERE t.id = $4::bigint AND t.app_id = $1 ORDER BY n.place`,
};

/** Only from where the step began: whoever was overtaken by another changes nothing. */
const ADVANCE = {
  name: 'advance-push-task',
  text: `
    UPDATE push_tasks
    SET after_user = $3, chunks = chunks + $4, due_at = to_timestamp($5::float8 / 1000),
        done_at = CASE WHEN $6::boolean THEN to_timestamp($5::float8 / 1000) END
    WHERE id = $1::bigint AND chunks = $2 AND done_at IS NULL RETURNING chunks`,
};

const KNOWN_USERS = {
  name: 'known-users',
  text: 'SELECT username FROM users WHERE app_id = $1 AND username = ANY ($2::text[])',
};

const PURGE = {
  name: 'purge-push-tasks',
  text: 'DELETE FROM push_tasks WHERE done_at < to_timestamp($1::float8 / 1000)',
};

interface Row {
  position: number;
  username: string;
}

/** Pushes to many users, which the evaluators turn into messages step by step. */
export class PushTaskStore {
  constructor(private readonly sql: Sql) {}

  /** Stores a task that starts at `startAt` (Unix ms). False when there is one of that id. */
  async create(
    task: { id: bigint; appId: number; audience: PushTaskAudience; event: PushTaskEvent; startAt: number },
    now: number,
  ): Promise<boolean> {
    const { id, appId, audience, event, startAt } = task;
    const rows = await this.sql.run(CREATE, [
      String(id),
      appId,
      audience.kind === 'labels' ? audience.labels : null,
      audience.kind === 'users' ? audience.usernames : null,
      storableJson(event),
      startAt,
      now,
    ]);
    return rows.length === 1;
  }

  /** Takes the task that has waited longest. It is free again at `nextDueAt` (Unix ms), should the step not succeed. */
  async take(now: number, nextDueAt: number): Promise<TakenPushTask | null> {
    type Taken = Omit<TakenPushTask, 'audience'> & { labels: string[] | null; isList: boolean };
    const [row] = await this.sql.run<Taken>(TAKE, [now, nextDueAt]);
    if (row === undefined) return null;
    const { labels, isList, ...task } = row;
    if (labels !== null) return { ...task, audience: { kind: 'labels', labels: labels.map(Number) } };
    return { ...task, audience: isList ? { kind: 'users', usernames: [] } : { kind: 'all' } };
  }

  /**
   * Makes the task's next message, `task-<id>-<n>`, for up to `limit` users, and notes how far the task has come, in one
   * transaction. Null when somebody else has done this step. The message is to be queued by the caller; the reconciler
   * looks for its decision at `messageDueAt`.
   */
  async step(task: TakenPushTask, now: number, messageDueAt: number, limit: number): Promise<PushTaskStep | null> {
    return await this.sql.transaction(async (runner) => {
      const page = await pageOf(runner, task, limit);
      const isDone = page.length < limit;
      const after = page.at(-1)?.position ?? task.after;
      const made = page.length > 0 ? 1 : 0;
      const advanced = await runner.run(ADVANCE, [task.id, task.chunks, after, made, now, isDone]);
      if (advanced.length === 0) return null;
      if (page.length === 0) return { seq: null, receivers: 0, isDone };
      const receivers = page.map(({ username }) => username);
      const event = { ...task.event, id: `task-${task.id}-${task.chunks}`, sentAt: now, receivers };
      const [accepted] = await new MessageStore(runner).accept(task.appId, [event], now, messageDueAt);
      return { seq: accepted?.seq ?? null, receivers: receivers.length, isDone };
    });
  }

  /** Those of the user names that the app has. */
  async knownUsers(appId: number, usernames: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.sql.run<{ username: string }>(KNOWN_USERS, [appId, usernames]);
    return new Set(rows.map(({ username }) => username));
  }

  /** Forgets tasks that were done before that time (Unix ms). */
  async purge(before: number): Promise<void> {
    await this.sql.run(PURGE, [before]);
  }
}

async function pageOf(runner: SqlRunner, task: TakenPushTask, limit: number): Promise<Row[]> {
  const { appId, after, audience, id } = task;
  switch (audience.kind) {
    case 'all':
      return await runner.run<Row>(ALL, [appId, after, limit]);
    case 'labels':
      return await runner.run<Row>(LABELLED, [appId, after, limit, audience.labels]);
    case 'users':
      return await runner.run<Row>(LISTED, [appId, after, limit, id]);
  }
}

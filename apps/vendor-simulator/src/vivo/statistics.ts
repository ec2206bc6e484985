import { Remembered } from '../core/remembered.ts';
import type { Answer } from '../http/exchange.ts';
import { refusal, refused, success } from './codes.ts';

/** What became of a task's targets, under the names of the contract (vivo section 6). */
interface TaskCounts {
  target: number;
  send: number;
  display: number;
  controlled: number;
  targetInvalid: number;
  targetUnSub: number;
  targetInActive: number;
}

/** Counts that a target adds to. */
export type TaskCount = keyof TaskCounts;

const NONE: TaskCounts = {
  target: 0,
  send: 0,
  display: 0,
  controlled: 0,
  targetInvalid: 0,
  targetUnSub: 0,
  targetInActive: 0,
};

/** What became of the newest tasks. */
export class VivoStatistics {
  readonly #tasks: Remembered<{ appId: string; counts: TaskCounts }>;

  constructor(limit: number) {
    this.#tasks = new Remembered(limit);
  }

  /** Adds one to each of a task's counts. */
  add(appId: string, taskId: string, names: readonly TaskCount[]): void {
    let task = this.#tasks.get(taskId);
    if (task === undefined) {
      task = { appId, counts: { ...NONE } };
      this.#tasks.set(taskId, task);
    }
    for (const name of names) task.counts[name] += 1;
  }

  /** A task's counts in the form of the answer; undefined for another app's task. */
  of(appId: string, taskId: string): object | undefined {
    const task = this.#tasks.get(taskId);
    if (task?.appId !== appId) return undefined;
    const { counts } = task;
    const { send } = counts;
    return { taskId, ...counts, valid: send, receive: send, click: 0, covered: 0, targetOffline: 0 };
  }

  clear(): void {
    this.#tasks.clear();
  }
}

/**
 * `GET /report/getStatistics?taskIds=a,b` (vivo section 3). The name of the list is ours, as is that tasks nobody knows
 * are left out.
 */
export function answerStatistics(
  statistics: VivoStatistics,
  mostTasks: number,
  appId: string,
  query: URLSearchParams,
): Answer {
  const taskIds = (query.get('taskIds') ?? '').split(',').filter((taskId) => taskId !== '');
  if (taskIds.length === 0) return refused(refusal(10_473));
  if (taskIds.length > mostTasks) return refused(refusal(10_471));
  return success({ statistics: taskIds.flatMap((taskId) => statistics.of(appId, taskId) ?? []) });
}

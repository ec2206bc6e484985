import { Remembered } from '../core/remembered.ts';
import type { MeizuMessage } from './message.ts';

/** A message that was deposited to be sent by its id (meizu section 3.3). */
export interface MeizuTask {
  readonly appId: string;
  readonly message: MeizuMessage;
  readonly raw: string;
}

/** The newest tasks, by id. */
export class MeizuTasks {
  readonly #tasks: Remembered<MeizuTask>;
  #last = 20_000;

  /** Keeps at most so many. */
  constructor(most: number) {
    this.#tasks = new Remembered(most);
  }

  add(task: MeizuTask): number {
    this.#last += 1;
    this.#tasks.set(String(this.#last), task);
    return this.#last;
  }

  /** The app's task of that id; other apps' are not there. */
  get(appId: string, id: string): MeizuTask | undefined {
    const task = this.#tasks.get(id);
    return task?.appId === appId ? task : undefined;
  }

  clear(): void {
    this.#tasks.clear();
  }
}

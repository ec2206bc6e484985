import { Remembered } from '../core/remembered.ts';

/** The job keys that devices have seen: of each only the first message is shown (xiaomi section 3.3). */
export class JobKeys {
  readonly #seen: Remembered<true>;

  /** Remembers at most so many; the oldest are forgotten first. */
  constructor(most: number) {
    this.#seen = new Remembered(most);
  }

  /** Notes the key on the device, and tells whether it is new there. */
  isNew(token: string, jobKey: string): boolean {
    const key = JSON.stringify([token, jobKey]);
    if (this.#seen.get(key) === true) return false;
    this.#seen.set(key, true);
    return true;
  }

  clear(): void {
    this.#seen.clear();
  }
}

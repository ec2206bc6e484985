/** Shift an array only when so many entries have been taken, to keep taking cheap. */
const COMPACT_AT = 1_024;

/** A first-in-first-out list with constant-time ends; what is put back comes out next. */
export class Fifo<T> {
  #items: T[] = [];
  #head = 0;
  #putBack: T[] = [];

  get size(): number {
    return this.#putBack.length + this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  putBack(item: T): void {
    this.#putBack.push(item);
  }

  /** What comes out next. */
  peek(): T | undefined {
    return this.#putBack.at(-1) ?? this.#items[this.#head];
  }

  shift(): T | undefined {
    if (this.#putBack.length > 0) return this.#putBack.pop();
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#head++;
    if (this.#head === this.#items.length) {
      this.#items.length = 0;
      this.#head = 0;
    } else if (this.#head >= COMPACT_AT) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Takes everything out. */
  drain(): T[] {
    const all = [...this.#putBack.reverse(), ...this.#items.slice(this.#head)];
    this.#items = [];
    this.#putBack = [];
    this.#head = 0;
    return all;
  }
}

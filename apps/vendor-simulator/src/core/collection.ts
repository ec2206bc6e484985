import type { CredentialCollection } from './vendor.ts';

/** Credentials by id, in memory. A vendor says how one is read, and what of it may be shown. */
export abstract class Collection<Item> implements CredentialCollection {
  readonly #items = new Map<string, Item>();

  get(id: string): Item | undefined {
    return this.#items.get(id);
  }

  put(input: unknown): string {
    const item = this.read(input);
    const id = this.idOf(item);
    this.#items.set(id, item);
    this.changed([...this.#items.values()]);
    return id;
  }

  list(): readonly object[] {
    return [...this.#items.values()].map((item) => this.facts(item));
  }

  remove(id: string): boolean {
    const removed = this.#items.delete(id);
    this.changed([...this.#items.values()]);
    return removed;
  }

  clear(): void {
    this.#items.clear();
    this.changed([]);
  }

  /** Throws a ZodError or BadCredential on what is none. */
  protected abstract read(input: unknown): Item;

  protected abstract idOf(item: Item): string;

  /** Without keys and secrets. */
  protected abstract facts(item: Item): object;

  /** Called with all items whenever one came or went, for those who look them up by something else than the id. */
  protected changed(_items: readonly Item[]): void {
    return;
  }
}

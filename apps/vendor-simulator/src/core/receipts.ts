import { bump } from './counters.ts';
import type { Counters } from './counters.ts';

/** What happened to a push on its device. */
export interface ReceiptItem {
  readonly token: string;
  /** What the vendor answered as the message's id. */
  readonly messageId: string;
  /** What the sender asked to be given back, such as `biTag` or `callback.param`. */
  readonly reference: string | undefined;
  /** The vendor's own code. */
  readonly code: string;
  /** Unix milliseconds. */
  readonly at: number;
}

/** A push whose fate a vendor reports to a callback; its code is what is told unless a plan says otherwise. */
export type ReceiptSubject = Omit<ReceiptItem, 'at'>;

/** A POST to a callback. */
export interface ReceiptPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How one vendor reports. `Callback` says where to and how, as the vendor learnt it from its console or from the call. */
export interface ReceiptStyle<Callback> {
  readonly vendor: string;
  /** Most items of one post. */
  readonly itemsPerPost: number;
  /** Parts that must not share a post, each in order; absent: all items may. */
  partition?(items: readonly ReceiptItem[]): readonly (readonly ReceiptItem[])[];
  /** The post of items of one part. */
  post(callback: Callback, items: readonly ReceiptItem[]): ReceiptPost;
}

interface Plan {
  all: readonly string[] | undefined;
  readonly tokens: Map<string, readonly string[]>;
}

interface Gathered {
  readonly items: ReceiptItem[];
  readonly timer: NodeJS.Timeout;
}

/** Items gather so long before they are posted together. */
const GATHER_MS = 20;
/** A callback that does not answer in time has lost its receipts: none of the vendors documents a retry. */
const POST_TIMEOUT_MS = 10_000;

/**
 * Tells callbacks what became of accepted pushes: by default each is delivered at once. A plan gives other codes, for all
 * tokens of a vendor or for single ones; several codes are reported one after the other. The posts of what was gathered
 * for a callback follow one another; callbacks do not wait for each other.
 */
export class ReceiptDesk {
  readonly #plans = new Map<string, Plan>();
  readonly #gathered = new Map<string, Gathered>();
  readonly #now: () => number;
  readonly #counters: Counters;
  /** Rises with every `clear`: posts that wait for their turn are not sent any more. */
  #generation = 0;

  constructor(now: () => number, counters: Counters) {
    this.#now = now;
    this.#counters = counters;
  }

  /** Sets the codes of a vendor's receipts, for these tokens or for all. No codes: none are sent. */
  plan(vendor: string, codes: readonly string[], tokens?: readonly string[]): void {
    const plan = this.#planOf(vendor);
    if (tokens === undefined) plan.all = codes;
    else for (const token of tokens) plan.tokens.set(token, codes);
  }

  /** Takes a vendor's plans back. */
  clearPlans(vendor: string): void {
    this.#plans.delete(vendor);
  }

  /** Takes all plans back, and drops what has not been posted yet. */
  clear(): void {
    this.#plans.clear();
    for (const { timer } of this.#gathered.values()) clearTimeout(timer);
    this.#gathered.clear();
    this.#generation += 1;
  }

  /** Reports the push as planned, soon. A callback that `wants` not all codes hears of the others nothing. */
  add<Callback>(
    style: ReceiptStyle<Callback>,
    callback: Callback,
    subject: ReceiptSubject,
    wants: (code: string) => boolean = () => true,
  ): void {
    const plan = this.#plans.get(style.vendor);
    const codes = plan?.tokens.get(subject.token) ?? plan?.all ?? [subject.code];
    for (const code of codes.filter(wants)) this.#gather(style, callback, { ...subject, code, at: this.#now() });
  }

  #gather<Callback>(style: ReceiptStyle<Callback>, callback: Callback, item: ReceiptItem): void {
    const key = `${style.vendor} ${JSON.stringify(callback)}`;
    const gathered = this.#gathered.get(key);
    if (gathered !== undefined) {
      gathered.items.push(item);
      return;
    }
    const items = [item];
    const timer = setTimeout(() => {
      this.#gathered.delete(key);
      void this.#postAll(style, callback, items);
    }, GATHER_MS).unref();
    this.#gathered.set(key, { items, timer });
  }

  async #postAll<Callback>(
    style: ReceiptStyle<Callback>,
    callback: Callback,
    items: readonly ReceiptItem[],
  ): Promise<void> {
    const generation = this.#generation;
    for (const part of style.partition?.(items) ?? [items]) {
      for (let from = 0; from < part.length; from += style.itemsPerPost) {
        if (generation !== this.#generation) return;
        await this.#post(style.vendor, style.post(callback, part.slice(from, from + style.itemsPerPost)));
      }
    }
  }

  async #post(vendor: string, { url, headers, body }: ReceiptPost): Promise<void> {
    const { receipts } = this.#counters.of(vendor);
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers,
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(POST_TIMEOUT_MS),
      });
      await response.arrayBuffer();
      bump(receipts, String(response.status));
    } catch {
      bump(receipts, 'failed');
    }
  }

  #planOf(vendor: string): Plan {
    let plan = this.#plans.get(vendor);
    if (plan === undefined) {
      plan = { all: undefined, tokens: new Map() };
      this.#plans.set(vendor, plan);
    }
    return plan;
  }
}

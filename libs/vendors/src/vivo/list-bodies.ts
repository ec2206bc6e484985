/** vivo alone stores what is pushed to a list before it is pushed: this remembers what it has stored. */
import { createHash } from 'node:crypto';
import { LruMap } from '../lru-map.ts';
import type { HttpAnswer, HttpFailure } from '../http-client.ts';
import { nextShanghaiMidnight } from '../shanghai-midnight.ts';
import type { VivoBody } from './render.ts';

const REMEMBERED = 1_000;

/** A body that vivo has stored, or what it said instead. */
export type SavedBody = { kind: 'saved'; taskId: string } | { kind: 'refused'; result: HttpAnswer | HttpFailure };

interface Entry {
  saving: Promise<SavedBody>;
  usableUntil: number;
}

/**
 * List bodies that vivo has stored, so that the jobs of a message to many share one. How long vivo keeps them is not
 * known: they are used at most for their life, and not past the day in Shanghai (our choice, vivo section 4).
 */
export class ListBodies {
  readonly #entries = new LruMap<string, Entry>(REMEMBERED);

  /**
   * The stored body, saved with `save` unless it is there; concurrent callers share one call. `anew` saves it in any case.
   * `owner` keeps credentials apart.
   */
  async get(
    owner: string,
    body: VivoBody,
    { now, anew, save }: { now: number; anew: boolean; save: () => Promise<SavedBody> },
  ): Promise<SavedBody> {
    const key = keyOf(owner, body);
    const known = this.#entries.get(key);
    if (known !== undefined && !anew && now < known.usableUntil) return await known.saving;
    const usableUntil = Math.min(now + body.timeToLive * 1_000, nextShanghaiMidnight(now));
    const entry: Entry = { saving: save(), usableUntil };
    this.#entries.set(key, entry);
    const saved = await entry.saving;
    if (saved.kind === 'refused' && this.#entries.get(key) === entry) this.#entries.delete(key);
    return saved;
  }
}

/** Which body it is: that its life shrinks while the jobs of a message are sent does not make it another. */
function keyOf(owner: string, { timeToLive: _, ...body }: VivoBody): string {
  return createHash('sha256')
    .update(`${owner}\n${JSON.stringify(body)}`)
    .digest('base64url');
}

const RECORDS_PER_CHUNK = 1024;
const FIRST_CHUNK_BYTES = 256 * 1024;

interface Chunk {
  bytes: Buffer;
  used: number;
  /** Where each text ends; it begins where the one before it ends. */
  readonly ends: Uint32Array;
  /** The number that the writer gave with each text. */
  readonly links: Float64Array;
}

/**
 * Texts in order of arrival, each with a number, kept outside the JavaScript heap: a million of them cost the garbage
 * collector nothing. Texts are numbered from 0 and only the oldest can be dropped.
 */
export class RecordLog {
  readonly #chunks = new Map<number, Chunk>();
  #next = 0;
  #first = 0;

  /** Number of the next text. */
  get next(): number {
    return this.#next;
  }

  /** Number of the oldest text that is still kept. */
  get first(): number {
    return this.#first;
  }

  append(text: string, link: number): void {
    const index = this.#next % RECORDS_PER_CHUNK;
    const chunk = this.#chunkFor(this.#next);
    const room = text.length * 3;
    if (chunk.used + room > chunk.bytes.length) grow(chunk, room);
    chunk.used += chunk.bytes.write(text, chunk.used, 'utf8');
    chunk.ends[index] = chunk.used;
    chunk.links[index] = link;
    this.#next += 1;
    if (index === RECORDS_PER_CHUNK - 1) trim(chunk);
  }

  /** Undefined for a number that is not kept. */
  text(number: number): string | undefined {
    if (number < this.#first || number >= this.#next) return undefined;
    const index = number % RECORDS_PER_CHUNK;
    const chunk = this.#chunkFor(number);
    return chunk.bytes.toString('utf8', index === 0 ? 0 : chunk.ends[index - 1], chunk.ends[index]);
  }

  /** The number given with a text; -1 for a text that is not kept. */
  link(number: number): number {
    if (number < this.#first || number >= this.#next) return -1;
    return this.#chunkFor(number).links[number % RECORDS_PER_CHUNK] ?? -1;
  }

  dropOldest(): void {
    this.#first += 1;
    if (this.#first % RECORDS_PER_CHUNK === 0) this.#chunks.delete(this.#first / RECORDS_PER_CHUNK - 1);
  }

  /** Drops everything; numbers go on. */
  clear(): void {
    this.#chunks.clear();
    // A fresh chunk for what comes next: the old one's texts are gone, yet its places stay counted.
    this.#next = Math.ceil(this.#next / RECORDS_PER_CHUNK) * RECORDS_PER_CHUNK;
    this.#first = this.#next;
  }

  #chunkFor(number: number): Chunk {
    const key = Math.floor(number / RECORDS_PER_CHUNK);
    let chunk = this.#chunks.get(key);
    if (chunk === undefined) {
      chunk = {
        bytes: Buffer.allocUnsafeSlow(FIRST_CHUNK_BYTES),
        used: 0,
        ends: new Uint32Array(RECORDS_PER_CHUNK),
        links: new Float64Array(RECORDS_PER_CHUNK),
      };
      this.#chunks.set(key, chunk);
    }
    return chunk;
  }
}

function grow(chunk: Chunk, room: number): void {
  const bytes = Buffer.allocUnsafeSlow(Math.max(chunk.bytes.length * 2, chunk.used + room));
  chunk.bytes.copy(bytes, 0, 0, chunk.used);
  chunk.bytes = bytes;
}

function trim(chunk: Chunk): void {
  const bytes = Buffer.allocUnsafeSlow(chunk.used);
  chunk.bytes.copy(bytes, 0, 0, chunk.used);
  chunk.bytes = bytes;
}

/** Reads little-endian numbers and length-prefixed bytes, one after the other. Throws a RangeError beyond the end. */
export class ByteReader {
  #position = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  uint16(): number {
    const value = this.#bytes.readUInt16LE(this.#position);
    this.#position += 2;
    return value;
  }

  uint32(): number {
    const value = this.#bytes.readUInt32LE(this.#position);
    this.#position += 4;
    return value;
  }

  /** A u16 length and as many bytes. */
  bytes(): Buffer {
    const end = this.uint16() + this.#position;
    if (end > this.#bytes.length) throw new RangeError('The bytes end before their length says');
    const value = this.#bytes.subarray(this.#position, end);
    this.#position = end;
    return value;
  }

  /** All that has not been read, which stays unread. */
  rest(): Buffer {
    return this.#bytes.subarray(this.#position);
  }
}

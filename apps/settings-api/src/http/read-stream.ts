import type { Readable } from 'node:stream';
import { ApiError } from '#libs/contracts';

/**
 * How much of a body that is too large is still read and thrown away, so that the client has sent it all and reads the
 * answer. Answering earlier closes the connection under a client that is still writing, which then sees no answer.
 */
const DRAINED_BYTES = 16 * 1_048_576;

/**
 * Reads a request's body.
 * @throws ApiError body_too_large beyond `limit` bytes, request_malformed when the client goes away
 */
export async function readStream(stream: Readable, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length <= limit) chunks.push(chunk);
      else chunks.length = 0;
      if (length > limit + DRAINED_BYTES) break;
    }
  } catch (error) {
    throw new ApiError('request_malformed', {}, { cause: error });
  }
  if (length > limit) throw new ApiError('body_too_large');
  return Buffer.concat(chunks, length);
}

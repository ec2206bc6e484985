import { type IncomingHttpHeaders, createServer } from 'node:http';
import { listen } from '../src/http/listen.ts';

/** A post as a callback got it. */
interface ReceivedPost {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A callback for receipts on a port of its own. */
export interface ReceiptInbox {
  readonly url: string;
  /** Posts so far, in order of arrival. */
  readonly posts: readonly ReceivedPost[];
  /** Resolves once there are so many posts. */
  received(count: number): Promise<readonly ReceivedPost[]>;
  close(): Promise<void>;
}

/** Opens a callback that answers every post with the status, or never. */
export async function openInbox(status: number | 'never' = 200): Promise<ReceiptInbox> {
  const posts: ReceivedPost[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (status !== 'never') response.writeHead(status).end();
      const { url: path = '', headers } = request;
      posts.push({ path, headers, body: Buffer.concat(chunks).toString('utf8') });
      for (const { count, resolve } of waiting) if (posts.length >= count) resolve();
    });
  });
  const port = await listen(server, { host: '127.0.0.1', port: 0 });
  return {
    url: `http://127.0.0.1:${port}`,
    posts,
    received: async (count) => {
      if (posts.length < count) await new Promise<void>((resolve) => waiting.push({ count, resolve }));
      return posts;
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

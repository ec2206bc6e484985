import { Worker } from 'bullmq';

/** The other end of the baseline: runs jobs that do nothing, in a process of its own, and says when it has run them all. */
const [redisUrl = '', queue = '', total = '0'] = process.argv.slice(2);
let done = 0;
const worker = new Worker(
  queue,
  async () => {
    await Promise.resolve();
  },
  {
    connection: { url: redisUrl, maxRetriesPerRequest: null },
    concurrency: 100,
    removeOnComplete: { count: 0 },
  },
);
worker.on('completed', () => {
  done += 1;
  if (done === Number(total)) process.send?.('done');
});
await worker.waitUntilReady();
process.send?.('ready');

import { JOB_VERSION, pushQueue, type PushJob, type VendorName } from '#libs/contracts';
import { ClientProxy, type ReadPacket } from '@nestjs/microservices';
import { type AddOptions, JobQueue } from '../job-queue.ts';
import type { QueueBackend } from '../queue-backend.ts';

/** Nest's client of the queues: the pattern is the queue's name. Prefer `emitBulk` wherever there is more than one. */
export class QueueClient extends ClientProxy {
  readonly #backend: QueueBackend;
  readonly #queues = new Map<string, JobQueue<object>>();

  constructor(backend: QueueBackend) {
    super();
    this.#backend = backend;
  }

  /** Queues connect when they are first used. */
  override async connect(): Promise<void> {
    await Promise.resolve();
  }

  /** Adds jobs with as few calls as possible; resolves when the backend has them all. */
  async emitBulk(queue: string, datas: readonly object[], options: AddOptions = {}): Promise<void> {
    await this.queue(queue).addBulk(datas, options);
  }

  /** Puts batches of send jobs on their vendors' queues. */
  async emitBatches(batches: readonly { id: number; vendor: VendorName }[]): Promise<void> {
    const vendors = [...new Set(batches.map(({ vendor }) => vendor))];
    await Promise.all(
      vendors.map(async (vendor) => {
        const jobs = batches.filter((batch) => batch.vendor === vendor);
        await this.emitBulk(
          pushQueue(vendor),
          jobs.map(({ id }): PushJob => ({ v: JOB_VERSION, vendor, batch: id })),
        );
      }),
    );
  }

  /** The queue of that name, opened at first use. */
  queue(name: string): JobQueue<object> {
    let queue = this.#queues.get(name);
    if (queue === undefined) {
      queue = new JobQueue(this.#backend, name);
      this.#queues.set(name, queue);
    }
    return queue;
  }

  override async close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map(async (queue) => await queue.close()));
  }

  override unwrap(): never {
    throw new Error('QueueClient has no client of its own: use queue(name)');
  }

  protected override async dispatchEvent<T>(packet: ReadPacket<object>): Promise<T> {
    await this.queue(this.normalizePattern(packet.pattern as string)).add(packet.data);
    return undefined as T;
  }

  protected override publish(): never {
    throw new Error('a queue carries no answers: use emit, not send');
  }
}

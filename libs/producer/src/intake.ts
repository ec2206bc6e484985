import { JOB_VERSION, type MessageEvent, type MessagesJob } from '#libs/contracts';
import type { Acceptance, MessageStore } from '#libs/database';

/** Most events of one insert and one queue job. */
const MAX_BATCH = 200;

/** Most inserts of one app at once: enough to keep Postgres busy, few enough that events gather while they run. */
const MAX_FLIGHTS = 3;

/** How long a flight waits for the queue. A queue that is away may take seconds to say so, and holds up no event. */
const QUEUE_PATIENCE_MS = 100;

/** What the intake works with. */
export interface IntakePorts {
  messages: Pick<MessageStore, 'accept'>;
  enqueue: (job: MessagesJob) => Promise<void>;
  now: () => number;
  /** How long after acceptance the reconciler looks for a decision, ms. */
  reconcileAfterMs: number;
  /** An accepted batch that could not be queued; the reconciler will. */
  onEnqueueFailed: (error: unknown) => void;
}

interface Waiting {
  event: MessageEvent;
  resolve: (acceptance: Acceptance) => void;
  reject: (error: unknown) => void;
}

interface Lane {
  waiting: Waiting[];
  flights: number;
}

/**
 * Takes message events in: durable first, queued second. When idle an event goes straight through; under load those that
 * arrive while inserts run travel together, as one insert and one queue job per app.
 */
export class Intake {
  private readonly lanes = new Map<number, Lane>();
  private readonly flights = new Set<Promise<void>>();
  /** Hand-overs to the queue that may outlast their flight. */
  private readonly queueing = new Set<Promise<void>>();

  constructor(private readonly ports: IntakePorts) {}

  /** Resolves when the event is in Postgres. `seq` is null when its id was there before. */
  async submit(appId: number, event: MessageEvent): Promise<Acceptance> {
    return await new Promise((resolve, reject) => {
      let lane = this.lanes.get(appId);
      if (lane === undefined) {
        lane = { waiting: [], flights: 0 };
        this.lanes.set(appId, lane);
      }
      lane.waiting.push({ event, resolve, reject });
      this.depart(appId, lane);
    });
  }

  /**
   * Stores events of one app together: when it fails, none is stored. At most as many as a job takes messages. Resolves
   * when they are in Postgres.
   */
  async submitTogether(appId: number, events: readonly MessageEvent[]): Promise<Acceptance[]> {
    const batch: Waiting[] = [];
    const acceptances = events.map(
      async (event) =>
        await new Promise<Acceptance>((resolve, reject) => {
          batch.push({ event, resolve, reject });
        }),
    );
    const flight = this.fly(appId, batch).finally(() => this.flights.delete(flight));
    this.flights.add(flight);
    return await Promise.all(acceptances);
  }

  /** Waits until everything submitted is stored and handed to the queue. */
  async close(): Promise<void> {
    while (this.flights.size > 0) await Promise.all(this.flights);
    await Promise.all(this.queueing);
  }

  private depart(appId: number, lane: Lane): void {
    while (lane.waiting.length > 0 && lane.flights < MAX_FLIGHTS) {
      const batch = lane.waiting.splice(0, MAX_BATCH);
      lane.flights += 1;
      const flight = this.fly(appId, batch).finally(() => {
        this.flights.delete(flight);
        lane.flights -= 1;
        if (lane.waiting.length > 0) this.depart(appId, lane);
        else if (lane.flights === 0) this.lanes.delete(appId);
      });
      this.flights.add(flight);
    }
  }

  private async fly(appId: number, batch: readonly Waiting[]): Promise<void> {
    const seqs: number[] = [];
    try {
      const now = this.ports.now();
      const events = batch.map(({ event }) => event);
      const acceptances = await this.ports.messages.accept(appId, events, now, now + this.ports.reconcileAfterMs);
      for (const [index, { resolve, reject }] of batch.entries()) {
        const acceptance = acceptances[index];
        if (acceptance === undefined) {
          reject(new Error('The store answered for fewer events than it was given'));
        } else {
          if (acceptance.seq !== null) seqs.push(acceptance.seq);
          resolve(acceptance);
        }
      }
    } catch (error) {
      batch.forEach(({ reject }) => reject(error));
      return;
    }
    if (seqs.length === 0) return;
    const queued = this.enqueue({ v: JOB_VERSION, appId, messages: seqs }).finally(() => this.queueing.delete(queued));
    this.queueing.add(queued);
    await orAfter(queued, QUEUE_PATIENCE_MS);
  }

  private async enqueue(job: MessagesJob): Promise<void> {
    try {
      await this.ports.enqueue(job);
    } catch (error) {
      this.ports.onEnqueueFailed(error);
    }
  }
}

async function orAfter(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, patience]);
  clearTimeout(timer);
}

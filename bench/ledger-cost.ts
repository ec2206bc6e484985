import path from 'node:path';
import type { Producer } from '#libs/producer';
import type { RunningNode, TestCluster } from '#libs/testing';
import { cpuOf, cpuOfFamily, median } from './figures.ts';
import { direct, group, GROUP_SIZE, run, type EventOf } from './load.ts';

const VARIANTS = { with: undefined, without: path.join(import.meta.dirname, 'sender-without-ledger.js') } as const;
type Variant = keyof typeof VARIANTS;

/** What a sender carries before it is measured: its code is compiled by then. */
const WARM_UP = 3_000;

interface Work {
  name: string;
  eventOf: EventOf;
  events: number;
  pushesPerEvent: number;
}
const WORKS: readonly Work[] = [
  { name: '1:1', eventOf: direct('android'), events: 10_000, pushesPerEvent: 1 },
  { name: `groups of ${GROUP_SIZE}`, eventOf: group('android'), events: 50, pushesPerEvent: GROUP_SIZE },
];

interface Measured {
  /** Pushes per second. */
  rate: number;
  /** CPU time of the sender and of Postgres, microseconds per push. */
  cpu: number;
}

export interface LedgerCostPorts {
  cluster: TestCluster;
  producer: Producer;
  postgresPid: number;
  print: (line: string) => void;
}

/**
 * The turns of a round. Both variants have two, and the same place in the middle: what gets slower as the tables grow weighs
 * on both alike.
 */
const TURNS: readonly (readonly Variant[])[] = [
  ['with', 'without', 'without', 'with'],
  ['without', 'with', 'with', 'without'],
];

/**
 * What the ledger of daily quotas costs: the same messages with the sender as it is and with one that grants all and stores
 * nothing, in turns, a new process each time. Nothing else differs: one database, one evaluator, one simulator. No other
 * sender may run. Throughput means something only where nothing else wants the processors; CPU time is steadier.
 */
export async function compareLedger(ports: LedgerCostPorts, rounds: number): Promise<void> {
  const measured = WORKS.map((work) => ({ work, with: [] as Measured[], without: [] as Measured[] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const variant of TURNS[round % TURNS.length] ?? []) {
      const sender = await ports.cluster.start('sender', `sender ${variant} ledger`, {}, VARIANTS[variant]);
      await run(ports.cluster, ports.producer, WARM_UP, WARM_UP, direct('android'));
      for (const figures of measured) figures[variant].push(await measure(ports, sender, figures.work));
      await sender.stop();
    }
  }
  for (const figures of measured) report(figures, ports.print);
}

async function measure(
  { cluster, producer, postgresPid }: LedgerCostPorts,
  sender: RunningNode,
  work: Work,
): Promise<Measured> {
  const cpu = async (): Promise<number> => (await cpuOf(sender.pid)) + (await cpuOfFamily(postgresPid));
  const before = await cpu();
  const pushes = work.events * work.pushesPerEvent;
  const { seconds } = await run(cluster, producer, work.events, pushes, work.eventOf);
  return { rate: pushes / seconds, cpu: ((await cpu()) - before) / pushes };
}

function report(
  figures: { work: Work } & Readonly<Record<Variant, readonly Measured[]>>,
  print: (line: string) => void,
): void {
  const of = (variant: Variant, figure: keyof Measured): number[] =>
    meansOfPairs(figures[variant].map((one) => one[figure]));
  for (const figure of ['rate', 'cpu'] as const) {
    const [on, off] = [of('with', figure), of('without', figure)];
    const ratios = on.map((value, round) => value / (off[round] ?? NaN));
    const unit = figure === 'rate' ? 'pushes/s' : 'us CPU of sender and Postgres per push';
    const spread = `${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)}`;
    print(
      `ledger, ${figures.work.name.padEnd(14)} with ${median(on).toFixed(0)}, without ${median(off).toFixed(0)} ${unit}: ` +
        `with / without ${(median(on) / median(off)).toFixed(3)} (by round ${median(ratios).toFixed(3)}, ${spread})`,
    );
  }
}

/** Of each round, which has two turns of a variant. */
function meansOfPairs(turns: readonly number[]): number[] {
  return turns.flatMap((figure, index) => (index % 2 === 0 ? [(figure + (turns[index + 1] ?? NaN)) / 2] : []));
}

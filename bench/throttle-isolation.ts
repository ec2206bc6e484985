import { percentile, startNeighbours, type Neighbours } from '#libs/testing';
import { withCluster, type BenchCluster } from './bench-cluster.ts';
import { median } from './figures.ts';

/**
 * How long messages through one credential take from their submission to the vendor's acceptance, alone and beside another
 * credential of the same vendor that is flooded and throttled, in turns of one run. Only the ratio means something elsewhere.
 */
const ROUNDS = 4;
const SECONDS = 20;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const SHARES = { p50: 0.5, p99: 0.99 } as const;
type Figures = Record<keyof typeof SHARES, number>;

function figuresOf(latencies: readonly number[]): Figures {
  return { p50: percentile(latencies, SHARES.p50), p99: percentile(latencies, SHARES.p99) };
}

function told({ p50, p99 }: Figures): string {
  return `p50 ${p50.toFixed(0)} and p99 ${p99.toFixed(0)} ms`;
}

async function besideFlood(neighbours: Neighbours, round: number): Promise<number[]> {
  await neighbours.flood();
  const latencies = await neighbours.calmLatencies(`beside ${round}`, SECONDS);
  const through = (await neighbours.floodAccepted()).length;
  if (through > neighbours.floodSize / 2) throw new Error('The flood was over too early to measure beside it');
  await neighbours.drain();
  return latencies;
}

async function main({ cluster, databaseUrl, redisUrl }: BenchCluster, rounds: number): Promise<void> {
  const neighbours = await startNeighbours({
    ...{ cluster, databaseUrl, redisUrl },
    ...{ flood: { direct: 2_000, groups: 4 }, ownLimit: 250, vendorLimit: 40 },
  });
  await neighbours.calmLatencies('warm', SECONDS);
  const all = { alone: [] as number[], beside: [] as number[] };
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const isAloneFirst = round % 2 === 0;
    const first = isAloneFirst ? await neighbours.calmLatencies(`alone ${round}`, SECONDS) : null;
    const beside = await besideFlood(neighbours, round);
    const alone = first ?? (await neighbours.calmLatencies(`alone ${round}`, SECONDS));
    print(`round ${round + 1}: ${told(figuresOf(alone))} alone, ${told(figuresOf(beside))} beside`);
    all.alone.push(...alone);
    all.beside.push(...beside);
    ratios.push(figuresOf(beside).p99 / figuresOf(alone).p99);
  }
  const [alone, beside] = [figuresOf(all.alone), figuresOf(all.beside)];
  print(
    `${all.alone.length} messages each: ${told(alone)} alone, ${told(beside)} beside; ` +
      `beside / alone: p50 ${(beside.p50 / alone.p50).toFixed(2)}, p99 ${(beside.p99 / alone.p99).toFixed(2)} ` +
      `(median of the rounds ${median(ratios).toFixed(2)}); refused ${await neighbours.refusals()} times`,
  );
}

await withCluster({}, async (bench) => await main(bench, Number(process.argv[2] ?? ROUNDS)));

import { Counters } from './counters.ts';
import { FaultBook } from './faults.ts';
import { type AcceptedPush, RecordStore } from './records.ts';

/** What all vendors share: the clock, the records, the faults, the counters. */
export interface World {
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly records: RecordStore;
  readonly faults: FaultBook;
  readonly counters: Counters;
  readonly settings: Settings;
}

/** What can be changed while the simulator runs. */
export interface Settings {
  /** Whether an unknown, well-formed device token is registered on first use to the app that uses it. */
  autoRegister: boolean;
}

/** A world without records, faults or counts. */
export function createWorld(now: () => number, maxRecords: number, settings: Settings): World {
  return {
    now,
    records: new RecordStore(maxRecords),
    faults: new FaultBook(),
    counters: new Counters(),
    settings: { ...settings },
  };
}

/** Counts and keeps a push that a vendor accepted. */
export function accept(world: World, push: AcceptedPush): void {
  world.counters.of(push.vendor).accepted += 1;
  world.records.add(push);
}

import { Counters } from './counters.ts';
import { FaultBook } from './faults.ts';
import { ReceiptDesk } from './receipts.ts';
import { type AcceptedPush, RecordStore } from './records.ts';
import type { TokenRegistry } from './tokens.ts';

/** What all vendors share: the clock, the records, the faults, the counters. */
export interface World {
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly records: RecordStore;
  readonly faults: FaultBook;
  readonly counters: Counters;
  readonly receipts: ReceiptDesk;
  readonly settings: Settings;
}

/** What can be changed while the simulator runs. */
export interface Settings {
  /** Whether an unknown, well-formed device token is registered on first use to the app that uses it. */
  autoRegister: boolean;
}

/** A world without records, faults or counts. */
export function createWorld(now: () => number, maxRecords: number, settings: Settings): World {
  const counters = new Counters();
  return {
    now,
    records: new RecordStore(maxRecords),
    faults: new FaultBook(),
    counters,
    receipts: new ReceiptDesk(now, counters),
    settings: { ...settings },
  };
}

/** Counts and keeps a push that a vendor accepted. */
export function accept(world: World, push: AcceptedPush): void {
  world.counters.of(push.vendor).accepted += 1;
  world.records.add(push);
}

/** The registration of a well-formed token; with auto-registration on, an unknown one gets that of its first use. */
export function registrationOf<R>(
  { settings }: World,
  tokens: TokenRegistry<R>,
  token: string,
  firstUse: () => R,
): R | undefined {
  const known = tokens.registration(token);
  if (known !== undefined || !settings.autoRegister) return known;
  const registration = firstUse();
  tokens.register(token, registration);
  return registration;
}

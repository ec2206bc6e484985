import { DayCounts } from '../core/days.ts';
import { FixedWindows } from '../core/window.ts';
import type { MessageClass, OppoApp } from './apps.ts';
import type { OppoLimits } from './limits.ts';

/** What a push to one target does to the day's counts. */
type DayVerdict = 'within' | 'app over' | 'device over';

/** Targets per second and messages per day (oppo section 6). */
export class OppoQuotas {
  readonly #limits: OppoLimits;
  readonly #second: FixedWindows;
  readonly #publicOfApp = new DayCounts();
  readonly #publicToDevice = new DayCounts();
  readonly #toDevice = new DayCounts();

  constructor(limits: OppoLimits) {
    this.#limits = limits;
    this.#second = new FixedWindows(limits.targetsPerSecond, 1000);
  }

  /** Counts a call's targets; false when they are too many for this second. That a refused call counts for nothing is ours. */
  takeSecond({ appKey }: OppoApp, targets: number, now: number): boolean {
    return this.#second.take(appKey, now, targets);
  }

  /** Counts a message to one target. One that its device gets no more of is still counted for the app, which is ours. */
  takeDay(app: OppoApp, messageClass: MessageClass, token: string, now: number): DayVerdict {
    const device = `${app.appKey} ${token}`;
    const { publicPerDay, publicPerDevicePerDay, perDevicePerDay } = { ...this.#limits, ...ownLimits(app) };
    if (messageClass === 'public') {
      if (!this.#publicOfApp.take(app.appKey, 1, publicPerDay, now)) return 'app over';
      if (!takeDevice(this.#publicToDevice, device, publicPerDevicePerDay, now)) return 'device over';
    }
    return takeDevice(this.#toDevice, device, perDevicePerDay, now) ? 'within' : 'device over';
  }

  /** The day's public messages of an app: how many there may be, how many there were. */
  publicToday(app: OppoApp, now: number): { limit: number; used: number } {
    const limit = app.publicPerDay ?? this.#limits.publicPerDay;
    return { limit, used: this.#publicOfApp.of(app.appKey, now) };
  }

  clear(): void {
    this.#second.clear();
    this.#publicOfApp.clear();
    this.#publicToDevice.clear();
    this.#toDevice.clear();
  }
}

function takeDevice(counts: DayCounts, device: string, limit: number, now: number): boolean {
  return limit === Number.POSITIVE_INFINITY || counts.take(device, 1, limit, now);
}

function ownLimits({ publicPerDay, publicPerDevicePerDay }: OppoApp): Partial<OppoLimits> {
  return {
    ...(publicPerDay === undefined ? {} : { publicPerDay }),
    ...(publicPerDevicePerDay === undefined ? {} : { publicPerDevicePerDay }),
  };
}

import { DayCounts } from '../core/days.ts';
import { oncePer } from '../core/once-per.ts';
import { FixedWindows } from '../core/window.ts';
import type { HonorApp } from './apps.ts';
import type { HonorLimits } from './limits.ts';

/** What Honor counts of an app and its devices (honor section 6). Days are Shanghai's, which is ours. */
export class HonorQuotas {
  readonly #limits: HonorLimits;
  /** Windows of each app as it is registered now: their limit may be the app's own. */
  #seconds = this.#windows();
  readonly #marketing = new DayCounts();
  readonly #tests = new DayCounts();

  constructor(limits: HonorLimits) {
    this.#limits = limits;
  }

  /** Counts devices of one call; false when they exceed the second. That a refused call counts for nothing is ours. */
  takeDevices(app: HonorApp, devices: number, now: number): boolean {
    return this.#seconds(app).take('', now, devices);
  }

  takeTests(app: HonorApp, devices: number, now: number): boolean {
    return this.#tests.take(app.appId, devices, app.testPerDay ?? this.#limits.testPerDay, now);
  }

  /** Counts a marketing message to a device. */
  takeMarketing(app: HonorApp, token: string, now: number): boolean {
    const usual = app.newsLicence ? this.#limits.marketingPerDayNews : this.#limits.marketingPerDay;
    return this.#marketing.take(token, 1, app.marketingPerDay ?? usual, now);
  }

  clear(): void {
    this.#seconds = this.#windows();
    this.#marketing.clear();
    this.#tests.clear();
  }

  #windows(): (app: HonorApp) => FixedWindows {
    return oncePer((app) => new FixedWindows(app.devicesPerSecond ?? this.#limits.devicesPerSecond, 1000));
  }
}

import { DayCounts } from '../core/days.ts';
import { oncePer } from '../core/once-per.ts';
import { FixedWindows } from '../core/window.ts';
import type { HuaweiApp } from './apps.ts';
import type { HuaweiLimits } from './limits.ts';

/** What Huawei counts of an app and its devices (huawei section 6). */
export class HuaweiQuotas {
  readonly #limits: HuaweiLimits;
  /** Windows of each app as it is registered now: their limit is the app's own. */
  #seconds = this.#windows();
  readonly #devices = new DayCounts();
  readonly #marketing = new DayCounts();
  readonly #tests = new DayCounts();

  constructor(limits: HuaweiLimits) {
    this.#limits = limits;
  }

  /** Counts devices of one call; false when they exceed the second. That a refused call counts for nothing is ours. */
  takeDevices(app: HuaweiApp, devices: number, now: number): boolean {
    return this.#seconds(app).take('', now, devices);
  }

  /** Counts test messages of v1 and v2 per app, of v3 per project. */
  takeTests(app: HuaweiApp, version: 'v1' | 'v2' | 'v3', devices: number, now: number): boolean {
    const [key, limit] =
      version === 'v3'
        ? [`project ${app.projectId}`, this.#limits.testPerDayV3]
        : [`app ${app.clientId}`, this.#limits.testPerDay];
    return this.#tests.take(key, devices, app.testPerDay ?? limit, now);
  }

  /** Counts a message of any kind to a device. */
  takeDevice(app: HuaweiApp, token: string, now: number): boolean {
    return this.#devices.take(token, 1, app.devicePerDay ?? this.#limits.devicePerDay, now);
  }

  /** Counts a marketing message to a device. */
  takeMarketing(app: HuaweiApp, token: string, now: number): boolean {
    const usual = app.newsLicence ? this.#limits.marketingPerDayNews : this.#limits.marketingPerDay;
    return this.#marketing.take(token, 1, app.marketingPerDay ?? usual, now);
  }

  clear(): void {
    this.#seconds = this.#windows();
    this.#devices.clear();
    this.#marketing.clear();
    this.#tests.clear();
  }

  #devicesPerSecond({ devicesPerSecond, monthlyActiveUsers, weight }: HuaweiApp): number {
    const bySize = Math.floor(monthlyActiveUsers * weight * this.#limits.devicesPerSecondPerUser);
    return devicesPerSecond ?? Math.max(this.#limits.devicesPerSecondFloor, bySize);
  }

  #windows(): (app: HuaweiApp) => FixedWindows {
    return oncePer((app) => new FixedWindows(this.#devicesPerSecond(app), 1000));
  }
}

import { DayCounts } from '../core/days.ts';
import { FixedWindows } from '../core/window.ts';
import { TARGET_CODES } from './answers.ts';
import type { MeizuApp } from './apps.ts';
import type { MeizuLimits } from './limits.ts';

const MINUTE_MS = 60_000;

/** Calls, pushes and tasks per app, messages per device (meizu sections 5.2 and 6). */
export class MeizuQuotas {
  readonly #limits: MeizuLimits;
  readonly #calls: FixedWindows;
  readonly #deviceMinute: FixedWindows;
  readonly #pushes = new DayCounts();
  readonly #tasks = new DayCounts();
  readonly #publicMessages = new DayCounts();

  constructor(limits: MeizuLimits) {
    this.#limits = limits;
    this.#calls = new FixedWindows(limits.callsPerSecond, 1000);
    this.#deviceMinute = new FixedWindows(limits.perDeviceMinute, MINUTE_MS);
  }

  /** Counts a call and tells whether it was within the second's limit. */
  takeCall(app: MeizuApp, now: number): boolean {
    return this.#calls.take(app.appId, now);
  }

  /** Counts a task and tells whether the day had room for it. */
  takeTask(app: MeizuApp, now: number): boolean {
    return this.#tasks.take(app.appId, 1, this.#limits.tasksPerDay, now);
  }

  /** Whether so many more pushes of the app fit into the day. */
  hasRoomFor(app: MeizuApp, pushes: number, now: number): boolean {
    return app.dailyQuota === undefined || this.#pushes.of(app.appId, now) + pushes <= app.dailyQuota;
  }

  /** Counts a message to the device, or gives the code with which it is refused there (meizu section 5.2). */
  refuseDevice(app: MeizuApp, token: string, isPublic: boolean, now: number): string | undefined {
    const key = JSON.stringify([app.appId, token]);
    const perDay = app.newsApp ? this.#limits.publicPerDayOfNews : this.#limits.publicPerDay;
    if (isPublic && this.#publicMessages.of(key, now) >= perDay) return TARGET_CODES.publicLimit;
    if (!this.#deviceMinute.take(key, now)) return TARGET_CODES.folded;
    if (isPublic) this.#publicMessages.take(key, 1, perDay, now);
    if (app.dailyQuota !== undefined) this.#pushes.take(app.appId, 1, app.dailyQuota, now);
    return undefined;
  }

  clear(): void {
    for (const counts of [this.#calls, this.#deviceMinute]) counts.clear();
    for (const counts of [this.#pushes, this.#tasks, this.#publicMessages]) counts.clear();
  }
}

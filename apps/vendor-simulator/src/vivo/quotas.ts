import { createHash } from 'node:crypto';
import { DayCounts } from '../core/days.ts';
import { FixedWindows } from '../core/window.ts';
import type { VivoApp } from './apps.ts';
import type { MessageClass } from './classes.ts';
import { type Refusal, refusal } from './codes.ts';
import type { VivoLimits } from './limits.ts';

const HOUR_MS = 3_600_000;
/** Asia/Shanghai has had no daylight saving time since 1991. */
const SHANGHAI_OFFSET_HOURS = 8;

/** How a push counts. */
export interface Counted {
  readonly app: VivoApp;
  readonly messageClass: MessageClass;
  /** Sent in test mode, which has quotas of its own. */
  readonly isTest: boolean;
}

/** Calls and messages per second and day, and the hours of operational messages (vivo section 6). */
export class VivoQuotas {
  readonly #limits: VivoLimits;
  readonly #authSecond: FixedWindows;
  readonly #authDay = new DayCounts();
  readonly #second: FixedWindows;
  readonly #stored = new DayCounts();
  readonly #ofApp = new DayCounts();
  readonly #toDevice = new DayCounts();
  readonly #texts = new DayCounts();

  constructor(limits: VivoLimits) {
    this.#limits = limits;
    this.#authSecond = new FixedWindows(limits.authPerSecond, 1000);
    this.#second = new FixedWindows(limits.targetsPerSecond, 1000);
  }

  /** Counts an auth call. */
  refuseAuth({ appId }: VivoApp, now: number): Refusal | undefined {
    if (!this.#authSecond.take(appId, now)) return refusal(10_093);
    return this.#authDay.take(appId, 1, this.#limits.authPerDay, now) ? undefined : refusal(10_250);
  }

  /** Counts a call's targets; that a refused call counts for nothing is ours. */
  refuseSecond({ appId }: VivoApp, targets: number, now: number): Refusal | undefined {
    return this.#second.take(appId, now, targets) ? undefined : refusal(10_072);
  }

  /** Operational messages have their hours (vivo section 6); that test mode keeps them too is ours. */
  refuseHour(messageClass: MessageClass, now: number): Refusal | undefined {
    if (messageClass === 'system') return undefined;
    const hour = (Math.floor(now / HOUR_MS) + SHANGHAI_OFFSET_HOURS) % 24;
    const [from, to] = this.#limits.operationalHours;
    return hour >= from && hour < to ? undefined : refusal(10_071);
  }

  /** Counts a body to be stored; none is stored once the day's messages are used up. */
  refuseBody(counted: Counted, now: number): Refusal | undefined {
    const { key, limit, code } = this.#dayOf(counted);
    if (this.#ofApp.of(key, now) >= limit) return refusal(code);
    return this.#stored.take(counted.app.appId, 1, this.#limits.storedPerDay, now) ? undefined : refusal(10_252);
  }

  /** Counts a call's accepted targets, all or none. */
  refuseDay(counted: Counted, targets: number, now: number): Refusal | undefined {
    const { key, limit, code } = this.#dayOf(counted);
    return this.#ofApp.take(key, targets, limit, now) ? undefined : refusal(code);
  }

  /** Counts an operational message to a device; false when it has had enough today. */
  takeDevice(app: VivoApp, token: string, now: number): boolean {
    const usual = app.news ? this.#limits.newsOperationalPerDevice : this.#limits.operationalPerDevice;
    const limit = app.operationalPerDevicePerDay ?? usual;
    return limit === Number.POSITIVE_INFINITY || this.#toDevice.take(`${app.appId} ${token}`, 1, limit, now);
  }

  /** False for an operational text that the device has had before; that it is remembered for the day is ours. */
  takeText(app: VivoApp, token: string, text: string, now: number): boolean {
    const digest = createHash('sha256').update(text).digest('base64');
    return this.#texts.take(`${app.appId} ${token} ${digest}`, 1, 1, now);
  }

  clear(): void {
    for (const counts of [this.#authDay, this.#stored, this.#ofApp, this.#toDevice, this.#texts]) counts.clear();
    this.#authSecond.clear();
    this.#second.clear();
  }

  #dayOf({ app, messageClass, isTest }: Counted): { key: string; limit: number; code: number } {
    const key = `${app.appId} ${messageClass} ${isTest ? 'test' : 'formal'}`;
    const limit = isTest ? this.#limits.testPerDay[messageClass] : this.#formalPerDay(app, messageClass);
    return { key, limit, code: messageClass === 'operational' ? 10_070 : 10_073 };
  }

  #formalPerDay(app: VivoApp, messageClass: MessageClass): number {
    const { leastUsers, systemPerUser, operationalPerUser, newsOperationalPerUser } = this.#limits;
    const users = Math.max(app.validUsers, leastUsers);
    if (messageClass === 'system') return app.systemPerDay ?? users * systemPerUser;
    return app.operationalPerDay ?? users * (app.news ? newsOperationalPerUser : operationalPerUser);
  }
}

import { FixedWindows } from '../core/window.ts';
import type { Answer } from '../http/exchange.ts';
import { fcmError } from './errors.ts';
import type { FcmLimits } from './limits.ts';

const MINUTE_MS = 60_000;

/** Messages per project and per device (fcm section 6). */
export class FcmQuotas {
  readonly #project: FixedWindows;
  readonly #deviceMinute: FixedWindows;
  readonly #deviceHour: FixedWindows;

  constructor(limits: FcmLimits) {
    this.#project = new FixedWindows(limits.projectPerMinute, MINUTE_MS);
    this.#deviceMinute = new FixedWindows(limits.devicePerMinute, MINUTE_MS);
    this.#deviceHour = new FixedWindows(limits.devicePerHour, 60 * MINUTE_MS);
  }

  /** Counts a message of the project, good or bad: 4xx answers count too. */
  refuseProject(projectId: string, now: number): Answer | undefined {
    if (this.#project.take(projectId, now)) return undefined;
    return exceeded(`project:${projectId}`, 'Messages per minute of the project.');
  }

  /** Counts a message to the device. */
  refuseDevice(token: string, now: number): Answer | undefined {
    const withinMinute = this.#deviceMinute.take(token, now);
    const withinHour = this.#deviceHour.take(token, now);
    return withinMinute && withinHour ? undefined : exceeded('device', 'Messages to one device.');
  }

  clear(): void {
    this.#project.clear();
    this.#deviceMinute.clear();
    this.#deviceHour.clear();
  }
}

/** No Retry-After: a client waits its default of 60 seconds, unless a throttle fault gives one. */
function exceeded(subject: string, description: string): Answer {
  return fcmError(429, 'Quota exceeded.', { errorCode: 'QUOTA_EXCEEDED', quotaOf: { subject, description } });
}

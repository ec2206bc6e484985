import { DayCounts } from '../core/days.ts';
import { FixedWindows } from '../core/window.ts';
import type { XiaomiApp, XiaomiChannel } from './apps.ts';
import type { ClassQuota, XiaomiLimits } from './limits.ts';

/** How a daily quota stands. */
export interface DayQuota {
  readonly quota: number;
  readonly acked: number;
}

/** Requests per second, and messages per day: of a channel, and of a device (xiaomi section 6). */
export class XiaomiQuotas {
  readonly #limits: XiaomiLimits;
  readonly #requests: readonly { readonly devicesFrom: number; readonly perSecond: FixedWindows }[];
  readonly #queries: FixedWindows;
  readonly #channels = new DayCounts();
  readonly #apps = new DayCounts();
  readonly #devices = new DayCounts();

  constructor(limits: XiaomiLimits) {
    this.#limits = limits;
    this.#requests = limits.requestsPerSecond.map(({ devicesFrom, requests }) => ({
      devicesFrom,
      perSecond: new FixedWindows(requests, 1000),
    }));
    this.#queries = new FixedWindows(limits.quotaQueriesPerSecond, 1000);
  }

  /** Counts a request, whatever number of targets it has, and tells whether it was within the second's limit. */
  takeRequest(app: XiaomiApp, now: number): boolean {
    const tier = this.#requests.find(({ devicesFrom }) => app.enabledInstalls >= devicesFrom);
    return tier?.perSecond.take(app.appId, now) ?? true;
  }

  /** Counts a call of the quota query. */
  takeQuery(app: XiaomiApp, now: number): boolean {
    return this.#queries.take(app.appId, now);
  }

  /** Counts messages of a class on their way, all or none. */
  takeMessages(app: XiaomiApp, channel: XiaomiChannel | undefined, count: number, now: number): boolean {
    if (!this.#channels.take(channelKey(app, channel), count, this.#perDay(app, channel), now)) return false;
    this.#apps.take(app.appId, count, Number.POSITIVE_INFINITY, now);
    return true;
  }

  /** Whether the device may get one more message of the class today. */
  hasRoomOnDevice(app: XiaomiApp, channel: XiaomiChannel | undefined, token: string, now: number): boolean {
    const limit = this.#perDevice(app, channel);
    return limit === Number.POSITIVE_INFINITY || this.#devices.of(deviceKey(app, channel, token), now) < limit;
  }

  /** Counts a message to the device. */
  countOnDevice(app: XiaomiApp, channel: XiaomiChannel | undefined, token: string, now: number): void {
    const limit = this.#perDevice(app, channel);
    if (limit !== Number.POSITIVE_INFINITY) this.#devices.take(deviceKey(app, channel, token), 1, limit, now);
  }

  /** The channel's quota; of one without a cap, and of no channel in particular, the app's in the public class (our choice). */
  standing(app: XiaomiApp, channel: XiaomiChannel | undefined, now: number): DayQuota {
    const perDay = this.#perDay(app, channel);
    if (perDay === Number.POSITIVE_INFINITY) return this.standingOfApp(app, now);
    return { quota: perDay, acked: this.#channels.of(channelKey(app, channel), now) };
  }

  /** The quota of the public class beside all messages of the app (our choice). */
  standingOfApp(app: XiaomiApp, now: number): DayQuota {
    return { quota: this.#ofInstalls(app, this.#publicClass(app)), acked: this.#apps.of(app.appId, now) };
  }

  clear(): void {
    for (const counts of [...this.#requests.map(({ perSecond }) => perSecond), this.#queries]) counts.clear();
    for (const counts of [this.#channels, this.#apps, this.#devices]) counts.clear();
  }

  #perDay(app: XiaomiApp, channel: XiaomiChannel | undefined): number {
    if (channel?.dailyQuota !== undefined) return channel.dailyQuota;
    if (channel?.class === 'private') return Number.POSITIVE_INFINITY;
    return this.#ofInstalls(app, channel === undefined ? this.#limits.defaultClass : this.#publicClass(app));
  }

  #perDevice(app: XiaomiApp, channel: XiaomiChannel | undefined): number {
    if (channel?.devicePerDay !== undefined) return channel.devicePerDay;
    if (channel?.class === 'private') return Number.POSITIVE_INFINITY;
    return channel === undefined ? this.#limits.defaultClass.perDevice : this.#publicClass(app).perDevice;
  }

  #publicClass({ newsLicence, oftenClosed }: XiaomiApp): ClassQuota {
    if (oftenClosed) {
      return newsLicence ? this.#limits.publicClassLicensedOftenClosed : this.#limits.publicClassOftenClosed;
    }
    return newsLicence ? this.#limits.publicClassLicensed : this.#limits.publicClass;
  }

  #ofInstalls(app: XiaomiApp, { perInstall }: ClassQuota): number {
    return Math.floor(Math.max(app.enabledInstalls, this.#limits.leastInstalls) * perInstall);
  }
}

function channelKey(app: XiaomiApp, channel: XiaomiChannel | undefined): string {
  return JSON.stringify([app.appId, channel?.id]);
}

/** The public channels of an app share a device's number, unless a channel has its own. */
function deviceKey(app: XiaomiApp, channel: XiaomiChannel | undefined, token: string): string {
  const own = channel?.devicePerDay === undefined ? undefined : channel.id;
  return JSON.stringify([app.appId, channel?.class ?? 'default', own, token]);
}

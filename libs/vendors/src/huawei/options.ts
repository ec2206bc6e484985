/** What a message may say to Huawei alone: unlike elsewhere it differs by API. */
import type { Notification } from '#libs/contracts';
import { text } from '../option-readers.ts';

/**
 * What `notification.vendor.huawei` may say. Anything else, and any value of another type, is ignored. For v1 and v2:
 * - `category`, `channelId`, `importance` (LOW or NORMAL): in place of the class's;
 * - `image`: https URL; `sound`: name of a raw resource, or null for no sound; `bigText`: true shows all of a long text;
 * - `clickAction`: intent action that a tap starts; `dataAsExtras`: whether the data goes into the tap's intent;
 * - `badgeClass`, `receiptId`: in place of the credential's;
 * - `testMessage`: whether it is a test message, in place of the credential's;
 * - `harmony`: what counts on v3 in place of all these: `title`, `category`, `image`, `sound`, `soundDuration` (s),
 *   `clickAction`, `testMessage`, `receiptId`, and `notifyId`, the number under which a later notification replaces it.
 */
export type HuaweiOptions = Readonly<Record<string, unknown>>;

/** The options that count for the API. */
export function optionsFor(api: 'v1' | 'v2' | 'v3', { vendor }: Pick<Notification, 'vendor'>): HuaweiOptions {
  const options = vendor.huawei ?? {};
  if (api !== 'v3') return options;
  const { harmony } = options;
  return typeof harmony === 'object' && harmony !== null ? { ...harmony } : {};
}

/** The one of the choices that is named, in any case. */
export function choice<T extends string>(choices: readonly T[], value: unknown): T | undefined {
  const name = text(value)?.toUpperCase();
  return choices.find((one) => one === name);
}

/** The first value that is an https URL: Huawei takes no others for pictures (huawei sections 3.1 and 3.2). */
export function httpsUrl(...values: readonly unknown[]): string | undefined {
  return values.map(text).find((value) => value !== undefined && /^https:\/\/\S+$/i.test(value));
}

/** A whole number within bounds. */
export function numberWithin(value: unknown, { from, to }: { from: number; to: number }): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to ? value : undefined;
}

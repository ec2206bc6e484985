import { z } from 'zod';
import { PURPOSES, type Purpose } from '#libs/contracts';

/** An https URL that goes out to phones or vendors. */
export const httpsUrlSchema = z.url({ protocol: /^https$/ }).max(1_000);

/** An Android package name. */
export const packageNameSchema = z
  .string()
  .max(255)
  .regex(/^[A-Za-z]\w*(?:\.[A-Za-z]\w*)+$/, 'must be an Android package name');

/** A full Java class name, such as that of the launcher activity. */
export const classNameSchema = z
  .string()
  .max(255)
  .regex(/^[A-Za-z_][\w$]*(?:\.[A-Za-z_][\w$]*)+$/, 'must be a full class name');

/**
 * What may happen when the user taps a notification. A vendor's schema takes the kinds that the vendor knows:
 * `z.discriminatedUnion('kind', [clickActions.app, ...]).default({ kind: 'app' })`.
 */
export const clickActions = {
  /** Opens the app. */
  app: z.strictObject({ kind: z.literal('app') }),
  /** Opens the page that registered this intent action. */
  action: z.strictObject({ kind: z.literal('action'), action: z.string().min(1).max(500) }),
  /** Opens this activity. */
  activity: z.strictObject({ kind: z.literal('activity'), activity: classNameSchema }),
  /** Opens the page of an intent URI, such as `intent:#Intent;...;end` or `scheme://host/path`. */
  intent: z.strictObject({ kind: z.literal('intent'), uri: z.string().min(1).max(1_000) }),
  /** Opens a web page. */
  url: z.strictObject({ kind: z.literal('url'), url: httpsUrlSchema }),
} as const;

/**
 * A credential's own answer to which class, channel and category each purpose goes out as. A purpose that it leaves out
 * goes out as the vendor's default says.
 */
export function classesSchema<Entry extends z.ZodType>(entry: Entry) {
  const optional = entry.optional();
  return z
    .strictObject(
      Object.fromEntries(PURPOSES.map((purpose) => [purpose, optional])) as Record<Purpose, typeof optional>,
    )
    .default({});
}

/** Whether the credential has the channel whose class `messageClass` is. */
export function hasChannelOfClass({
  channelId,
  messageClass,
}: {
  channelId?: string | undefined;
  messageClass?: string | undefined;
}): boolean {
  return messageClass === undefined || channelId !== undefined;
}

export const CHANNEL_OF_CLASS_MISSING = {
  path: ['messageClass'],
  message: 'is the class of channelId, which is missing',
};

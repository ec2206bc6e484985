import { z } from 'zod';

/**
 * Calls that share one limit, with the calls per second that an app may make of them. The numbers and the grouping of users,
 * settings, language and templates are Agora's (Agora REST push reference); the others are Agora contract sections 3 and
 * 1.3.1, and ours. A call without a group has no limit.
 */
export const RATE_GROUPS = {
  /** Nickname, display style, old do-not-disturb and old device tokens: one method, `PUT users/{username}`. */
  users: 100,
  'settings.put': 100,
  'settings.get': 100,
  'language.put': 100,
  'language.get': 100,
  'template.create': 100,
  'template.get': 100,
  'template.change': 100,
  'template.delete': 100,
  'receiver-template.put': 100,
  'receiver-template.get': 100,
  'binding.put': 100,
  'binding.get': 100,
  nicknames: 100,
  token: 300,
  /** `POST push/credentials/{name}/check`: each asks a vendor, and takes seconds (our choice). */
  'credential.check': 1,
} as const satisfies Record<string, number>;

export type RateGroup = keyof typeof RATE_GROUPS;

const GROUP_NAMES = Object.keys(RATE_GROUPS) as [RateGroup, ...RateGroup[]];

/** Most calls per second that can be set: more is a typing error. */
const MAX_CALLS = 1_000_000;

/** Stands for all groups that are not named beside it. */
const ALL_GROUPS = '*';

/** What an operator sets for an app: calls per second by group, null = no limit. */
export const rateLimitsSchema = z.partialRecord(
  z.enum([ALL_GROUPS, ...GROUP_NAMES]),
  z.int().min(1).max(MAX_CALLS).nullable(),
);

/** Calls per second that an app may make of a group; null = no limit. */
export function rateLimitOf(overrides: Readonly<Record<string, number | null>>, group: RateGroup): number | null {
  return [overrides[group], overrides[ALL_GROUPS], RATE_GROUPS[group]].find((limit) => limit !== undefined) ?? null;
}

/** The limits of an app, all groups. */
export function rateLimitsOf(overrides: Readonly<Record<string, number | null>>): Record<RateGroup, number | null> {
  return Object.fromEntries(GROUP_NAMES.map((group) => [group, rateLimitOf(overrides, group)])) as Record<
    RateGroup,
    number | null
  >;
}

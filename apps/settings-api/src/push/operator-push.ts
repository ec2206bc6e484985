import {
  MAX_LIFETIME_MS,
  VENDOR_NAMES,
  type OperatorPush,
  type OperatorPushPart,
  type VendorName,
} from '#libs/contracts';
import { readBadge } from './badge.ts';
import type { PushMessage } from './push.schemas.ts';
import { readData, readObject, readText } from './read.ts';
import { VENDOR_PARTS } from './vendor-parts.ts';

/** Texts of a push that has none of its own (Agora contract section 3.13). */
const DEFAULT_TITLE = 'You have a message';
const DEFAULT_CONTENT = 'Check the message';

/** What a checked push message says, to all vendors and to single ones. Pure. */
export function operatorPush(message: PushMessage): OperatorPush {
  const click = readObject(message.config?.clickAction);
  const badge = readObject(message.config?.badge);
  const subtitle = readText(message.subTitle) ?? readText(message.sub_title);
  const action = readText(click['action']);
  const parts = VENDOR_NAMES.flatMap((vendor) => {
    const own = withLifetime(VENDOR_PARTS[vendor](message));
    const options = {
      ...sharedOptions(vendor, readText(click['activity']), readText(badge['activity'])),
      ...own.options,
    };
    const complete = Object.keys(options).length === 0 ? own : { ...own, options };
    return Object.keys(complete).length === 0 ? [] : [[vendor, complete] as const];
  });
  return {
    title: readText(message.title) ?? DEFAULT_TITLE,
    body: readText(message.content) ?? DEFAULT_CONTENT,
    ...(subtitle !== undefined && { subtitle }),
    data: readData(message.ext) ?? {},
    badge: readBadge(badge) ?? { kind: 'none' },
    ...(action !== undefined && { clickAction: action }),
    parts: Object.fromEntries(parts),
  };
}

/** `config` has an activity for taps and one for Huawei's badge; each vendor with such an option gets it. */
function sharedOptions(
  vendor: VendorName,
  clickActivity: string | undefined,
  badgeClass: string | undefined,
): Record<string, string> {
  switch (vendor) {
    case 'oppo':
    case 'vivo':
    case 'meizu':
      return clickActivity === undefined ? {} : { clickActivity };
    case 'huawei':
      return badgeClass === undefined ? {} : { badgeClass };
    default:
      return {};
  }
}

/** A push is not kept longer than any message is. */
function withLifetime(part: OperatorPushPart): OperatorPushPart {
  const { lifetimeMs } = part;
  return lifetimeMs === undefined ? part : { ...part, lifetimeMs: Math.min(lifetimeMs, MAX_LIFETIME_MS) };
}

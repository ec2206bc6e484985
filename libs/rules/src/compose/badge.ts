import type { Notification } from '#libs/contracts';
import { readCount } from '../ext/read.ts';
import type { PreparedEvent } from '../prepare-event.ts';

type Badge = Notification['badge'];

const ONE_MORE: Badge = { kind: 'add', value: 1 };
const POLICIES: Readonly<Record<'count' | 'one' | 'none', Badge>> = {
  count: ONE_MORE,
  one: { kind: 'set', value: 1 },
  none: { kind: 'none' },
};

/**
 * What the badge becomes: the message's own figure, its own increment, its own wish to count or not (Tencent contract
 * section 4.3 B1 to B4), Agora's `em_push_badge`, else the app's policy.
 */
export function badge({ info, ext, policy }: PreparedEvent): Badge {
  if (info.BadgeSetNum !== undefined) {
    return { kind: 'set', value: info.BadgeSetNum };
  }
  if (info.BadgeAddNum !== undefined) {
    return { kind: 'add', value: info.BadgeAddNum };
  }
  const mode = info.ApnsInfo?.BadgeMode;
  if (mode !== undefined) {
    return mode === 0 ? ONE_MORE : { kind: 'none' };
  }
  const own = readCount(ext.apns['em_push_badge']);
  return own === undefined ? POLICIES[policy.badge] : { kind: 'set', value: own };
}

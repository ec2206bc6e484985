import type { Decision } from '#libs/contracts';
import { isMentioned } from '../ext/mentions.ts';
import { covers, formatInterval, formatMinute, parseInterval } from '../interval.ts';
import { minuteOfDay, zoneOrUtc } from '../time-zone.ts';
import { effectiveMode, ignoresPeerSettings } from './effective-mode.ts';
import { send, suppress, type Rule, type RuleInput } from './rule.ts';

/** The message goes through all settings of the receiver (Agora Flutter push guide, "Force push notifications"). */
export const forced: Rule = ({ event }) => (event.forced ? send('forced') : null);

/** The master switch is off, and no message setting beats it (Tencent offline push overview; contract R18, R19). */
export const pushSwitchedOff: Rule = ({ event: { policy, explicitPush }, facts }) => {
  const overruled = policy.masterSwitch === 'message_wins' && explicitPush;
  return facts.user?.pushEnabled === false && !overruled ? suppress('push_switched_off', { explicitPush }) : null;
};

/** The message names this receiver in the list that gets through do-not-disturb, if the app allows it (Agora D42). */
function getsThroughDnd({ event: { policy, ext }, facts }: RuleInput): boolean {
  return policy.atListBeatsDnd && isMentioned(ext.insistentMentions, facts.username);
}

/** App-level duration; active while now is before its end (Agora contract D34, D35). */
export const dndAppDuration: Rule = (input) => {
  const until = input.facts.user?.dndUntil ?? null;
  return until !== null && input.now < until && !getsThroughDnd(input) ? suppress('dnd_app_duration', { until }) : null;
};

/** App-level interval, on the wall clock of the receiver's zone, to the minute (Agora contract D23 to D33). */
export const dndAppInterval: Rule = (input) => {
  const { event, facts, now } = input;
  const interval = parseInterval(facts.user?.dndInterval ?? '');
  if (interval === null) {
    return null;
  }
  const zone = facts.user?.timeZone ?? event.policy.timeZone;
  const minute = minuteOfDay(zone, now);
  return covers(interval, minute, event.policy.zeroInterval) && !getsThroughDnd(input)
    ? suppress('dnd_app_interval', {
        interval: formatInterval(interval),
        zone: zoneOrUtc(zone),
        localTime: formatMinute(minute),
      })
    : null;
};

/** The conversation's duration; it has no interval (Agora Flutter push guide, "Do-not-disturb mode"; contract D22). */
export const dndConversation: Rule = (input) => {
  const until = input.facts.conversation.dndUntil;
  return until !== null && input.now < until && !ignoresPeerSettings(input.event) && !getsThroughDnd(input)
    ? suppress('dnd_conversation', { until })
    : null;
};

/** Mode NONE (Agora Flutter push guide, "Push notification mode"). */
export const modeNone: Rule = ({ event, facts }) => {
  const { mode, level } = effectiveMode(event, facts);
  return mode === 'NONE' ? suppress('mode_none', { mode, level }) : null;
};

/** Mode AT lets mentions of this receiver or of all through (Agora Flutter push guide; contract D4 to D17). */
export const modeAt: Rule = ({ event, facts }) => {
  const { mode, level } = effectiveMode(event, facts);
  if (mode !== 'AT' || (event.event.chatType === 'user' && event.policy.atInDirectChat === 'all')) {
    return null;
  }
  const mentioned = isMentioned(event.mentions, facts.username);
  return mentioned ? send('mentioned', { mode, level, mentioned }) : suppress('mode_at', { mode, level, mentioned });
};

/** What is decided when no rule has: nothing is against it. */
export function allowed({ event, facts }: RuleInput): Decision {
  const { mode, level } = effectiveMode(event, facts);
  return send('allowed', { mode, level });
}

import type { Purpose } from '#libs/contracts';
import { readDeviceFilter, type DeviceFilter } from './device-filter.ts';
import { readMentions, type Mentions } from './mentions.ts';
import { readMessageTemplate, type MessageTemplate } from './message-template.ts';
import { readFlag, readObject, readText, toText, type JsonObject } from './read.ts';

/** What the `em_*` keys of a message say (Agora contract section 4), read leniently. */
export interface ParsedExt {
  /** `em_ignore_notification`: push to nobody. */
  silent: boolean;
  /** `em_force_notification`: push whatever the receivers' settings say. */
  force: boolean;
  /** `em_at_list`. */
  mentions: Mentions;
  /** `em_apns_ext.em_at_list`: a mention, and perhaps one that gets through do-not-disturb. */
  insistentMentions: Mentions;
  filter: DeviceFilter | null;
  template: MessageTemplate;
  /** The message's own title and content, of either spelling. */
  title: string | undefined;
  content: string | undefined;
  /** `em_push_ext.group_user_nickname`. */
  groupNickname: string | undefined;
  /** Custom keys for the client, as text. */
  custom: Readonly<Record<string, string>>;
  /** What goes out as `e`. */
  extra: string | undefined;
  collapseKey: string | undefined;
  /** What the message is for, where it says so. */
  purpose: Purpose | undefined;
  /** `em_apns_ext`, `em_android_push_ext` and `em_harmony_push_ext`, for the vendors' own options. */
  apns: JsonObject;
  android: JsonObject;
  harmony: JsonObject;
}

/** Keys that the payload itself uses, so that no custom key may overwrite them (Agora contract section 4.4). */
const RESERVED = new Set(['alert', 'push_title', 'push_content', 't', 'f', 'm', 'g', 'e', 'extern']);

function customKeys(apns: JsonObject): Readonly<Record<string, string>> {
  const entries = Object.entries(apns).filter(([key]) => !key.startsWith('em_') && !RESERVED.has(key));
  return Object.fromEntries(entries.map(([key, value]) => [key, toText(value)]));
}

/** Reads a message's extension. Never throws: keys of a wrong type are as if they were not there. */
export function parseExt(ext: JsonObject | undefined): ParsedExt {
  const source = readObject(ext);
  const apns = readObject(source['em_apns_ext']);
  const push = readObject(source['em_push_ext']);
  const extra = push['custom'] ?? apns['extern'];
  return {
    silent: readFlag(source['em_ignore_notification']),
    force: readFlag(source['em_force_notification']),
    mentions: readMentions(source['em_at_list']),
    insistentMentions: readMentions(apns['em_at_list']),
    filter: readDeviceFilter(source['em_push_filter']),
    template: readMessageTemplate(source['em_push_template']),
    // The newer spelling first (our choice, Agora contract section 6.1).
    title:
      readText(push['title']) ??
      readText(push['em_push_title']) ??
      readText(apns['em_push_title']) ??
      readText(apns['em_push_name']),
    content: readText(push['content']) ?? readText(push['em_push_content']) ?? readText(apns['em_push_content']),
    groupNickname: readText(push['group_user_nickname']),
    custom: customKeys(apns),
    extra: extra === undefined || extra === null ? undefined : toText(extra),
    collapseKey: readText(apns['em_push_collapse_key']),
    // Of the types only this one is documented (Agora contract section 4.3).
    purpose: push['type'] === 'call' ? 'call' : undefined,
    apns,
    android: readObject(source['em_android_push_ext']),
    harmony: readObject(source['em_harmony_push_ext']),
  };
}

import {
  policySchema,
  type DeviceFacts,
  type Mode,
  type Policy,
  type Presence,
  type ReceiverFacts,
  type Template,
  type UserFacts,
  type VendorName,
} from '#libs/contracts';
import type { Sql } from '../sql.ts';

/** One receiver of one message, with the conversation in which the message reaches it. */
export interface FactsRequest {
  receiver: string;
  chatType: string;
  /** The conversation's key as the receiver sees it. */
  conversation: string;
}

interface FactsRow {
  position: number;
  userId: number | null;
  activated: boolean;
  pushEnabled: boolean;
  displayStyle: UserFacts['displayStyle'] | null;
  language: string;
  timeZone: string | null;
  mode: Mode | null;
  dndUntil: number | null;
  dndInterval: string | null;
  templateName: string | null;
  soundUser: string | null;
  soundGroup: string | null;
  conversationMode: Mode | null;
  conversationDndUntil: number | null;
  deviceId: string | null;
  presence: Presence;
  seenAt: number;
  unread: number;
  locale: string | null;
  tokenId: number | null;
  token: string;
  credential: string;
  vendor: VendorName | null;
  credentialId: number | null;
  credentialDisabled: boolean | null;
  region: string | null;
  registeredAt: number;
  goneAt: number | null;
  mutedUntil: number | null;
}

/** One row per receiver, device and token; users without devices and unknown users have one row too. */
const FACTS = {
  name: 'receiver-facts',
  text: `
    SELECT r.position::int - 1 AS position, u.id AS "userId", u.activated, u.push_enabled AS "pushEnabled",
           u.display_style AS "displayStyle", u.language, u.time_zone AS "timeZone", u.mode,
           u.dnd_until AS "dndUntil", u.dnd_interval AS "dndInterval", u.template_name AS "templateName",
           u.sound_user AS "soundUser", u.sound_group AS "soundGroup",
           c.mode AS "conversationMode", c.dnd_until AS "conversationDndUntil",
           d.device_id AS "deviceId", d.presence, d.seen_at AS "seenAt", d.unread, d.locale,
           t.id AS "tokenId", t.token, t.credential, k.vendor, k.id AS "credentialId",
           k.disabled AS "credentialDisabled", k.fields ->> 'region' AS region,
           t.registered_at AS "registeredAt", t.gone_at AS "goneAt", t.muted_until AS "mutedUntil"
    FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS r (receiver, chat_type, conversation, position)
    LEFT JOIN users u ON u.app_id = $1 AND u.username = r.receiver
    LEFT JOIN conversation_settings c
           ON c.user_id = u.id AND c.chat_type = r.chat_type AND c.key = r.conversation
    LEFT JOIN devices d ON d.user_id = u.id
    LEFT JOIN device_tokens t ON t.device = d.id
    LEFT JOIN credentials k ON k.app_id = $1 AND k.name = t.credential
    ORDER BY r.position, d.id, t.id`,
};

const POLICY = { name: 'app-policy', text: 'SELECT policy FROM apps WHERE id = $1' };

const TEMPLATES = {
  name: 'app-templates',
  text: `SELECT name, title_pattern AS "titlePattern", content_pattern AS "contentPattern"
         FROM templates WHERE app_id = $1 AND name = ANY ($2::text[])`,
};

const NICKNAMES = {
  name: 'sender-nicknames',
  text: 'SELECT username, nickname FROM users WHERE app_id = $1 AND username = ANY ($2::text[]) AND nickname IS NOT NULL',
};

/** Reads what decisions rest on. */
export class FactsStore {
  constructor(private readonly sql: Sql) {}

  /** The facts of a batch of receivers, in the order asked, with one statement. */
  async ofReceivers(appId: number, requests: readonly FactsRequest[]): Promise<ReceiverFacts[]> {
    const rows = await this.sql.run<FactsRow>(FACTS, [
      appId,
      requests.map(({ receiver }) => receiver),
      requests.map(({ chatType }) => chatType),
      requests.map(({ conversation }) => conversation),
    ]);
    return gather(requests, rows);
  }

  /** The app's policy; null when the app is gone. */
  async policy(appId: number): Promise<Policy | null> {
    const [row] = await this.sql.run<{ policy: unknown }>(POLICY, [appId]);
    return row === undefined ? null : policySchema.parse(row.policy);
  }

  /** The app's templates with these names, by name. */
  async templates(appId: number, names: readonly string[]): Promise<ReadonlyMap<string, Template>> {
    const rows = await this.sql.run<Template>(TEMPLATES, [appId, names]);
    return new Map(rows.map((template) => [template.name, template]));
  }

  /** Push nicknames of users that have one. */
  async nicknames(appId: number, usernames: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await this.sql.run<{ username: string; nickname: string }>(NICKNAMES, [appId, usernames]);
    return new Map(rows.map(({ username, nickname }) => [username, nickname]));
  }
}

type Building<Facts extends { devices: unknown }, Device> = Omit<Facts, 'devices'> & { devices: Device[] };
type DeviceBuilding = Omit<DeviceFacts, 'tokens'> & { tokens: DeviceFacts['tokens'][number][] };

function gather(requests: readonly FactsRequest[], rows: readonly FactsRow[]): ReceiverFacts[] {
  const facts: Building<ReceiverFacts, DeviceBuilding>[] = requests.map(({ receiver }) => ({
    username: receiver,
    user: null,
    conversation: { mode: null, dndUntil: null },
    devices: [],
  }));
  for (const row of rows) {
    const receiver = facts[row.position];
    if (receiver === undefined || row.userId === null) continue;
    if (receiver.user === null) {
      receiver.user = { ...userOf(row) };
      receiver.conversation = { mode: row.conversationMode, dndUntil: row.conversationDndUntil };
    }
    if (row.deviceId === null) continue;
    let device = receiver.devices.at(-1);
    if (device?.deviceId !== row.deviceId) {
      device = {
        deviceId: row.deviceId,
        presence: row.presence,
        seenAt: row.seenAt,
        unread: row.unread,
        locale: row.locale,
        tokens: [],
      };
      receiver.devices.push(device);
    }
    if (row.tokenId !== null) {
      device.tokens.push({
        id: row.tokenId,
        token: row.token,
        credential: row.credential,
        vendor: row.vendor,
        credentialId: row.credentialId,
        credentialDisabled: row.credentialDisabled ?? false,
        region: row.region,
        registeredAt: row.registeredAt,
        goneAt: row.goneAt,
        mutedUntil: row.mutedUntil,
      });
    }
  }
  return facts;
}

function userOf(row: FactsRow): UserFacts {
  return {
    activated: row.activated,
    pushEnabled: row.pushEnabled,
    displayStyle: row.displayStyle ?? 'simple',
    language: row.language,
    timeZone: row.timeZone,
    mode: row.mode,
    dndUntil: row.dndUntil,
    dndInterval: row.dndInterval,
    templateName: row.templateName,
    soundUser: row.soundUser,
    soundGroup: row.soundGroup,
  };
}

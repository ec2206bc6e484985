import { createHash } from 'node:crypto';
import type { VendorName } from '#libs/contracts';
import type { Credential } from '#libs/database';
import { z } from 'zod';

/** What Agora's certificate store calls the vendors (Agora contract section 3.17). */
const PROVIDERS: Readonly<Record<VendorName, string>> = {
  apns: 'APNS',
  fcm: 'ANDROID',
  huawei: 'HUAWEIPUSH',
  honor: 'HONOR',
  xiaomi: 'XIAOMIPUSH',
  oppo: 'OPPOPUSH',
  vivo: 'VIVOPUSH',
  meizu: 'MEIZUPUSH',
};

const settings = z.record(z.string(), z.unknown()).optional();

export const notifierSchema = z.object({
  uuid: z.string(),
  type: z.literal('notifier'),
  name: z.string(),
  created: z.int(),
  modified: z.int(),
  disabled: z.boolean(),
  provider: z.string(),
  environment: z.enum(['PRODUCTION', 'DEVELOPMENT']),
  packageName: z.string().optional(),
  apnsPushSettings: settings,
  googlePushSettings: settings,
  huaweiPushSettings: settings,
  xiaomiPushSetings: settings.describe('Spelt as clients read it'),
});

export type NotifierView = z.output<typeof notifierSchema>;

/** A credential as Agora's certificate store shows it. No secrets: only fields that are none go in. */
export function notifierView(credential: Credential): NotifierView {
  const { id, appId, name, vendor, fields, disabled, createdAt, modifiedAt } = credential;
  const packageName = [fields['bundleId'], fields['packageName']].find((value) => typeof value === 'string');
  return {
    uuid: uuidOf(`credential ${appId} ${id}`),
    type: 'notifier',
    name,
    created: createdAt.getTime(),
    modified: modifiedAt.getTime(),
    disabled,
    provider: PROVIDERS[vendor],
    environment: fields['environment'] === 'sandbox' ? 'DEVELOPMENT' : 'PRODUCTION',
    ...(packageName !== undefined && { packageName }),
    ...settingsOf(vendor, fields),
  };
}

function settingsOf(vendor: VendorName, fields: Readonly<Record<string, unknown>>): Partial<NotifierView> {
  switch (vendor) {
    case 'apns':
      return { apnsPushSettings: { teamId: fields['teamId'], keyId: fields['keyId'] } };
    case 'fcm':
      return {
        googlePushSettings: {
          pushType: upperCase(fields['style']) ?? 'BOTH',
          priority: fields['priority'] ?? 'high',
          projectId: fields['project_id'],
          version: 'V1',
        },
      };
    case 'huawei':
      return { huaweiPushSettings: { activityClass: fields['badgeClass'] } };
    case 'xiaomi':
      return { xiaomiPushSetings: { channelId: fields['channelId'] } };
    default:
      return {};
  }
}

function upperCase(value: unknown): string | undefined {
  return typeof value === 'string' ? value.toUpperCase() : undefined;
}

/** A UUID (version 8) that stays the same for the same name. */
function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-a$4-$5');
}

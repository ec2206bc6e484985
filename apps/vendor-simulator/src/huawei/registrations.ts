import { z } from 'zod';
import { oncePer } from '../core/once-per.ts';
import type { HuaweiApp } from './apps.ts';

/** What Huawei knows of a device token. One token of a phone is for one app. */
export interface HuaweiRegistration {
  readonly clientId: string;
  /** `android`: HarmonyOS up to 4 and EMUI, reached by v1 and v2; `harmony`: HarmonyOS NEXT, reached by v3. */
  readonly os: 'android' | 'harmony';
  /** Notifications switched off: receipt 6. */
  readonly muted: boolean;
  /** Not seen for over 30 days: receipt 10. */
  readonly inactive: boolean;
  /** Users bound on the device; absent: any profile id is taken for bound, which is ours. */
  readonly profileIds?: readonly string[] | undefined;
}

/** A token as it is registered. */
export const registrationSchema = z.strictObject({
  clientId: z.string().min(1),
  os: z.enum(['android', 'harmony']).default('android'),
  muted: z.boolean().default(false),
  inactive: z.boolean().default(false),
  profileIds: z.array(z.string()).optional(),
});

/** The registration of tokens that an app uses first, one object per app and system. */
export function sharedRegistrations(): (app: HuaweiApp, os: HuaweiRegistration['os']) => HuaweiRegistration {
  const both = oncePer(({ clientId }: HuaweiApp): Record<HuaweiRegistration['os'], HuaweiRegistration> => {
    const registration = { clientId, muted: false, inactive: false };
    return { android: { ...registration, os: 'android' }, harmony: { ...registration, os: 'harmony' } };
  });
  return (app, os) => both(app)[os];
}

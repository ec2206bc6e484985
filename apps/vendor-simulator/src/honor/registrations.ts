import { z } from 'zod';
import { oncePer } from '../core/once-per.ts';
import type { HonorApp } from './apps.ts';

/** What Honor knows of a device token. */
export interface HonorRegistration {
  readonly appId: string;
  /** Notifications switched off: receipt 40000005. */
  readonly muted: boolean;
  /** App disabled on the device: receipt 40000006. */
  readonly disabled: boolean;
}

/** A token as it is registered. */
export const registrationSchema = z.strictObject({
  appId: z.string().min(1),
  muted: z.boolean().default(false),
  disabled: z.boolean().default(false),
});

/** The registration of tokens that an app uses first, one object per app. */
export function sharedRegistrations(): (app: HonorApp) => HonorRegistration {
  return oncePer(({ appId }) => ({ appId, muted: false, disabled: false }));
}

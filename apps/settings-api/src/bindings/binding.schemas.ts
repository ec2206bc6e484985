import { identifierSchema } from '#libs/contracts';
import { z } from 'zod';
import { deviceTokenSchema } from '../devices/device.schemas.ts';

/** `""` unbinds the device from all its notifiers (Agora contract section 3.9). */
export const notifierNameSchema = z.union([z.literal(''), identifierSchema]);

/** `""` unbinds the device from the notifier. */
export const bindingTokenSchema = z.union([z.literal(''), deviceTokenSchema]);

/** Unknown fields are ignored, as everywhere in the Agora dialect. */
export const bindingBodySchema = z
  .object({
    device_id: identifierSchema,
    notifier_name: notifierNameSchema.describe(
      'Name of a credential, which need not exist yet; "" unbinds the device from all',
    ),
    device_token: bindingTokenSchema.describe('"" unbinds the device from this one'),
  })
  .meta({ examples: [{ device_id: 'd1', notifier_name: 'ios', device_token: '5fe14f1b6bb4a1f5' }] });

export type BindingBody = z.output<typeof bindingBodySchema>;

export const bindingViewSchema = z.object({
  device_id: z.string(),
  device_token: z.string(),
  notifier_name: z.string(),
});

export type BindingView = z.output<typeof bindingViewSchema>;

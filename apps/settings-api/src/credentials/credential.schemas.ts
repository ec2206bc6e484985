import { identifierSchema, VENDOR_NAMES } from '#libs/contracts';
import { z } from 'zod';

export const credentialNameSchema = identifierSchema.meta({ examples: ['ios'] });

/** What every vendor's credential has; the vendor's own schema checks the other fields. */
export const credentialBodySchema = z
  .looseObject({
    vendor: z.enum(VENDOR_NAMES),
    disabled: z.boolean().optional().describe('True: nothing is pushed through it'),
  })
  .meta({
    description: 'Beside these the fields of the vendor, which are listed in docs/api/native.md',
    examples: [
      {
        vendor: 'apns',
        bundleId: 'im.example.chat',
        environment: 'production',
        teamId: 'TEAM567890',
        keyId: 'KEYID67890',
        privateKeyP8: '-----BEGIN PRIVATE KEY-----...',
      },
    ],
  });

export type CredentialBody = z.output<typeof credentialBodySchema>;

export const credentialViewSchema = z.looseObject({
  name: z.string(),
  vendor: z.enum(VENDOR_NAMES),
  disabled: z.boolean(),
  secrets: z.array(z.string()).describe('Fields that are stored encrypted and never shown'),
  receiptPath: z
    .string()
    .nullable()
    .describe('Where the vendor posts receipts, below the address of this API; null when it has none'),
  created: z.int(),
  modified: z.int(),
});

export type CredentialView = z.output<typeof credentialViewSchema>;

import { CHECKS, FINDING_VERDICTS, VENDOR_NAMES } from '#libs/contracts';
import { z } from 'zod';

const verdictSchema = z.enum(FINDING_VERDICTS);

export const credentialCheckSchema = z.object({
  name: z.string(),
  vendor: z.enum(VENDOR_NAMES),
  disabled: z.boolean(),
  verdict: verdictSchema.describe('The worst of all findings'),
  findings: z.array(
    z.object({
      check: z.enum(CHECKS),
      verdict: verdictSchema.describe('warning: it may work, or nobody can know without a push'),
      detail: z.string().describe('What was found'),
      advice: z.string().nullable().describe('What to do about it; null when nothing'),
    }),
  ),
});

export type CredentialCheckView = z.output<typeof credentialCheckSchema>;

import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { Collection } from '../core/collection.ts';
import { readPublicKey } from '../core/public-key.ts';
import { BadCredential } from '../core/vendor.ts';

/** The two APNs hosts (apns section 2). */
export type ApnsEnvironment = 'production' | 'sandbox';

/** A provider key as Apple knows it. */
export interface ApnsKey {
  readonly keyId: string;
  readonly teamId: string;
  readonly publicKey: KeyObject;
  readonly environments: readonly ApnsEnvironment[];
  /** Bundle ids the key may send to; undefined: all of the team's. */
  readonly topics: readonly string[] | undefined;
  /** Key ids that may follow this one on a connection. */
  readonly relatedKeyIds: readonly string[];
}

const keySchema = z
  .object({
    teamId: z.string().length(10),
    keyId: z.string().length(10),
    publicKeyPem: z.string().optional(),
    privateKeyP8: z.string().optional(),
    environments: z
      .array(z.enum(['production', 'sandbox']))
      .min(1)
      .default(['production', 'sandbox']),
    topics: z.array(z.string()).optional(),
    relatedKeyIds: z.array(z.string()).default([]),
  })
  .refine((key) => key.publicKeyPem !== undefined || key.privateKeyP8 !== undefined, {
    message: 'publicKeyPem or privateKeyP8 is required',
  });

/** The keys that Apple has issued, by key id. */
export class ApnsKeys extends Collection<ApnsKey> {
  /** Rises with every change: whoever has remembered a verdict about a key must look again. */
  generation = 0;

  protected read(input: unknown): ApnsKey {
    const { publicKeyPem, privateKeyP8, ...facts } = keySchema.parse(input);
    return { ...facts, topics: facts.topics, publicKey: readP256Key(publicKeyPem, privateKeyP8) };
  }

  protected idOf({ keyId }: ApnsKey): string {
    return keyId;
  }

  protected facts({ publicKey: _, ...facts }: ApnsKey): object {
    return facts;
  }

  protected override changed(): void {
    this.generation += 1;
  }
}

function readP256Key(publicKeyPem: string | undefined, privateKeyP8: string | undefined): KeyObject {
  const key = readPublicKey(publicKeyPem, privateKeyP8);
  if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new BadCredential('The key is not on the curve P-256');
  }
  return key;
}

import { type KeyObject, createPrivateKey, createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { BadCredential, type CredentialCollection } from '../core/vendor.ts';

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
export class ApnsKeys implements CredentialCollection {
  readonly #keys = new Map<string, ApnsKey>();
  /** Rises with every change: whoever has remembered a verdict about a key must look again. */
  generation = 0;

  get(keyId: string): ApnsKey | undefined {
    return this.#keys.get(keyId);
  }

  put(input: unknown): string {
    const { publicKeyPem, privateKeyP8, ...facts } = keySchema.parse(input);
    const publicKey = readPublicKey(publicKeyPem, privateKeyP8);
    this.#keys.set(facts.keyId, { ...facts, topics: facts.topics, publicKey });
    this.generation += 1;
    return facts.keyId;
  }

  list(): readonly object[] {
    return [...this.#keys.values()].map(({ publicKey: _, ...facts }) => facts);
  }

  remove(keyId: string): boolean {
    this.generation += 1;
    return this.#keys.delete(keyId);
  }

  clear(): void {
    this.generation += 1;
    this.#keys.clear();
  }
}

function readPublicKey(publicKeyPem: string | undefined, privateKeyP8: string | undefined): KeyObject {
  let key: KeyObject;
  try {
    key = createPublicKey(publicKeyPem ?? createPrivateKey(privateKeyP8 ?? ''));
  } catch (cause) {
    throw new BadCredential('The key is not a PEM key', { cause });
  }
  if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new BadCredential('The key is not on the curve P-256');
  }
  return key;
}

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encryption keys by id, 32 bytes each. The current one encrypts; all of them decrypt. */
export interface SecretKeys {
  current: string;
  keys: ReadonlyMap<string, Buffer>;
}

/** A secret at rest: AES-256-GCM under the key of that id. */
export interface SealedSecret {
  keyId: string;
  /** 12 bytes nonce, 16 bytes tag, ciphertext. */
  data: Buffer;
}

/** Encrypts and decrypts secrets. `context` binds a ciphertext to its row: moved elsewhere, it does not open. */
export class SecretBox {
  constructor(private readonly keys: SecretKeys) {}

  get currentKeyId(): string {
    return this.keys.current;
  }

  seal(plain: string, context: string): SealedSecret {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key(this.keys.current), nonce);
    cipher.setAAD(Buffer.from(context));
    const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return { keyId: this.keys.current, data: Buffer.concat([nonce, cipher.getAuthTag(), text]) };
  }

  /** Throws when the key is not known any more, or when the data was changed or belongs to another context. */
  open({ keyId, data }: SealedSecret, context: string): string {
    const decipher = createDecipheriv('aes-256-gcm', this.key(keyId), data.subarray(0, NONCE_BYTES));
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(data.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(data.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
  }

  private key(id: string): Buffer {
    const key = this.keys.keys.get(id);
    if (key === undefined)
      throw new Error(`Encryption key "${id}" is not in SECRET_KEYS; add it back to read what it encrypted`);
    return key;
  }
}

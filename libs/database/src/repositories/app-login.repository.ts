import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { IsNull, Not, type DataSource } from 'typeorm';
import { App } from '../entities/app.ts';
import { failedWith, UNIQUE_VIOLATION } from '../postgres-error.ts';
import type { SecretBox } from '../secret-box.ts';

const SECRET_BYTES = 32;
const ID_BYTES = 16;

/** Binds a sealed certificate to its row. */
function certificateContext(appId: number): string {
  return `agora-certificate:${appId}`;
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Whether this is the secret of the app's client. Takes as long for a wrong one as for the right one. */
export function isClientSecret(app: Pick<App, 'clientSecretHash'>, secret: string): boolean {
  return app.clientSecretHash !== null && timingSafeEqual(app.clientSecretHash, hashOf(secret));
}

/** What an app's servers log in with: a client id and secret, or Agora's App ID and certificate. */
export class AppLoginRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly secretBox: SecretBox,
  ) {}

  async find(appId: number): Promise<App | null> {
    return await this.dataSource.getRepository(App).findOneBy({ id: appId });
  }

  /** Gives the app a new client secret, under the client id that it has or else a new one. The secret is in the answer and nowhere else, ever. */
  async renewClient(app: Pick<App, 'id' | 'clientId'>): Promise<{ clientId: string; clientSecret: string }> {
    const clientId = app.clientId ?? `opc_${randomBytes(ID_BYTES).toString('base64url')}`;
    const clientSecret = `ops_${randomBytes(SECRET_BYTES).toString('base64url')}`;
    await this.dataSource
      .getRepository(App)
      .update({ id: app.id }, { clientId, clientSecretHash: hashOf(clientSecret) });
    return { clientId, clientSecret };
  }

  /** False when another app has this App ID. */
  async setAgora(appId: number, agoraAppId: string, certificate: string): Promise<boolean> {
    const sealed = this.secretBox.seal(certificate, certificateContext(appId));
    const change = { agoraAppId, agoraCertificate: sealed.data, agoraCertificateKey: sealed.keyId };
    try {
      await this.dataSource.getRepository(App).update({ id: appId }, change);
      return true;
    } catch (error) {
      if (failedWith(error, UNIQUE_VIOLATION)) return false;
      throw error;
    }
  }

  /** The app's certificate with Agora; null when it has none. Throws when its key is gone from SECRET_KEYS. */
  certificateOf(app: Pick<App, 'id' | 'agoraCertificate' | 'agoraCertificateKey'>): string | null {
    const { agoraCertificate: data, agoraCertificateKey: keyId } = app;
    return data === null || keyId === null ? null : this.secretBox.open({ keyId, data }, certificateContext(app.id));
  }

  /** Seals every certificate that is under an old key again under the current one. Returns how many. */
  async rotateKeys(): Promise<number> {
    const repository = this.dataSource.getRepository(App);
    const current = this.secretBox.currentKeyId;
    const old = await repository.findBy({ agoraCertificate: Not(IsNull()), agoraCertificateKey: Not(current) });
    for (const app of old) {
      const sealed = this.secretBox.seal(this.certificateOf(app) ?? '', certificateContext(app.id));
      // The old bytes tell whether somebody has put another certificate there in the meantime.
      await this.dataSource.query(
        'UPDATE apps SET agora_certificate = $3, agora_certificate_key = $4 WHERE id = $1 AND agora_certificate = $2',
        [app.id, app.agoraCertificate, sealed.data, sealed.keyId],
      );
    }
    return old.length;
  }
}

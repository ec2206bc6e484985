import type { CredentialRepository, CredentialStore, QuotaReportStore } from '#libs/database';
import { classQuotas } from './class-quota.ts';
import type { QuotaView } from './quota.schemas.ts';

/** How the day's quotas of apps stand. */
export class QuotaReport {
  constructor(
    private readonly credentials: CredentialRepository,
    private readonly opened: CredentialStore,
    private readonly ledger: QuotaReportStore,
  ) {}

  /** Of every class of every credential of the app, by the credentials' names. `now` is Unix ms. */
  async of(appId: number, now: number): Promise<QuotaView[]> {
    const ids = (await this.credentials.list(appId)).map(({ id }) => id);
    const [opened, entries] = await Promise.all([this.opened.open(appId, ids), this.ledger.ofApp(appId, now)]);
    const byId = new Map(opened.map((credential) => [credential.id, credential]));
    return ids.flatMap((id) => {
      const credential = byId.get(id);
      return credential === undefined ? [] : classQuotas(credential, entries, now);
    });
  }
}

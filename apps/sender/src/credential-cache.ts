import type { QuotaSettings } from '#libs/contracts';
import type { CredentialStore, OpenedCredential } from '#libs/database';
import type { LoadedCredential } from '#libs/vendors';
import { receiptPath, vendorOf } from '#libs/vendors';

/** A credential that can be sent with. */
export interface UsableCredential {
  id: number;
  name: string;
  version: string;
  loaded: LoadedCredential<unknown>;
  quota: QuotaSettings;
}

/** A usable credential, or why there is none. */
export type CredentialAnswer =
  | { kind: 'usable'; credential: UsableCredential }
  | { kind: 'unusable'; code: 'credential_missing' | 'credential_disabled' | 'credential_invalid' };

/** Opened and checked credentials, kept by version: a changed one is opened anew. */
export class CredentialCache {
  private readonly entries = new Map<number, { version: string; answer: Promise<CredentialAnswer> }>();

  /** `receiptBaseUrl` is where vendors reach the API from outside; undefined when they do not. */
  constructor(
    private readonly store: Pick<CredentialStore, 'open'>,
    private readonly receiptBaseUrl: string | undefined,
  ) {}

  /** The credential in this version; `version` null means that it was deleted. */
  async get(appId: number, id: number, version: string | null): Promise<CredentialAnswer> {
    if (version === null) return { kind: 'unusable', code: 'credential_missing' };
    let entry = this.entries.get(id);
    if (entry?.version !== version) {
      const answer = this.open(appId, id);
      entry = { version, answer };
      this.entries.set(id, entry);
      answer.catch(() => this.entries.delete(id));
    }
    return await entry.answer;
  }

  private async open(appId: number, id: number): Promise<CredentialAnswer> {
    const [opened] = await this.store.open(appId, [id]);
    return opened === undefined ? { kind: 'unusable', code: 'credential_missing' } : check(opened, this.receiptBaseUrl);
  }
}

function check(opened: OpenedCredential, receiptBaseUrl: string | undefined): CredentialAnswer {
  if (opened.disabled) return { kind: 'unusable', code: 'credential_disabled' };
  const { id, name, version, quota } = opened;
  const vendor = vendorOf(opened.vendor);
  const parsed = vendor.credentialSchema.safeParse(opened.fields);
  if (!parsed.success) return { kind: 'unusable', code: 'credential_invalid' };
  const receiptUrl =
    receiptBaseUrl === undefined || vendor.receipts === null
      ? undefined
      : `${receiptBaseUrl.replace(/\/+$/, '')}${receiptPath(opened.vendor, opened.receiptKey)}`;
  const loaded = { cacheKey: `${id}:${version}`, value: parsed.data, receiptUrl };
  return { kind: 'usable', credential: { id, name, version, loaded, quota } };
}

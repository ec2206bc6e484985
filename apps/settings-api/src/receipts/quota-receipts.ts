import type { Receipt } from '#libs/contracts';
import type {
  QuotaDeviceStore,
  QuotaReceiptStore,
  QuotaDayStore,
  ReceiptOwner,
  TokenStore,
  SentPush,
} from '#libs/database';
import { vendorDay, type VendorDay } from '#libs/quota';

interface Ports {
  pushes: Pick<QuotaReceiptStore, 'find'>;
  days: Pick<QuotaDayStore, 'close'>;
  devices: Pick<QuotaDeviceStore, 'close'>;
  tokens: Pick<TokenStore, 'muteTokens'>;
}

type Exhausted = Receipt & { jobId: string };

/** What a receipt that tells of a used-up quota means for the next pushes of the day. */
export class QuotaReceipts {
  constructor(private readonly ports: Ports) {}

  /**
   * Keeps pushes of the day from devices and classes that have had their share. `zone` is that of the vendor's day; a receipt
   * of another day changes nothing.
   */
  async take(owner: ReceiptOwner, zone: string, receipts: readonly Receipt[], now: number): Promise<void> {
    const today = vendorDay(zone, now);
    const exhausted = receipts.filter((receipt): receipt is Exhausted => isOfToday(receipt, today));
    if (exhausted.length === 0) return;
    const named = exhausted.map(({ jobId, token }) => ({ job: Number(jobId), token }));
    const sent = await this.ports.pushes.find(owner.appId, owner.credentialId, named);
    const found = new Map(sent.map((push) => [`${push.job} ${push.token}`, push]));
    const pushesOf = (scope: Receipt['scope']): { push: SentPush; code: string }[] =>
      exhausted.flatMap((receipt) => {
        const push = found.get(`${receipt.jobId} ${receipt.token}`);
        return receipt.scope === scope && push !== undefined ? [{ push, code: receipt.code }] : [];
      });
    await this.closeClasses(owner, today, pushesOf('class'));
    await this.closeDevices(today, pushesOf(undefined));
    const muted = pushesOf('device').map(({ push: { tokenId: id, token } }) => ({
      id,
      token,
      until: today.resetsAt,
      at: now,
    }));
    if (muted.length > 0) await this.ports.tokens.muteTokens(muted);
  }

  private async closeClasses(
    { credentialId }: ReceiptOwner,
    { day, resetsAt }: VendorDay,
    pushes: readonly { push: SentPush; code: string }[],
  ): Promise<void> {
    const codes = new Map(pushes.map(({ push, code }) => [push.class, code]));
    for (const [name, code] of codes) await this.ports.days.close({ credentialId, class: name, day }, resetsAt, code);
  }

  private async closeDevices({ day }: VendorDay, pushes: readonly { push: SentPush }[]): Promise<void> {
    const byClass = new Map<string, Set<number>>();
    for (const { push } of pushes) {
      const ids = byClass.get(push.class) ?? new Set();
      byClass.set(push.class, ids.add(push.tokenId));
    }
    for (const [name, ids] of byClass) await this.ports.devices.close([...ids], { class: name, day });
  }
}

/** Send jobs are numbered; what is no number names none of ours. */
const JOB_ID = /^[1-9]\d{0,14}$/;

function isOfToday({ state, jobId, at }: Receipt, { startsAt, resetsAt }: VendorDay): boolean {
  if (state !== 'quota_exhausted' || jobId === null || !JOB_ID.test(jobId)) return false;
  return at === null || (at >= startsAt && at < resetsAt);
}

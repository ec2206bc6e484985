import type { Exhausted, Receipt } from '#libs/contracts';
import type {
  QuotaDayStore,
  QuotaDeviceStore,
  QuotaReceiptStore,
  ReceiptOwner,
  SentPush,
  TokenStore,
} from '#libs/database';
import { isAtDayChange, vendorDay, type VendorDay } from '#libs/quota';

interface Ports {
  pushes: Pick<QuotaReceiptStore, 'find'>;
  days: Pick<QuotaDayStore, 'closeLate'>;
  devices: Pick<QuotaDeviceStore, 'close'>;
  tokens: Pick<TokenStore, 'muteTokens'>;
}

/** How a credential's vendor counts. */
export interface ReceiptQuota {
  /** Of the vendor's day. */
  zone: string;
  /** Which limits the vendor documents for a class. */
  limitsOf(className: string): { perDay: boolean; perDevicePerDay: boolean };
}

/** A push that found no quota after all. */
interface Spent {
  push: SentPush;
  code: string;
  scope: Exhausted['scope'];
  /** The class that has none left. */
  class: string;
}

/** What a receipt that tells of a used-up quota means for the next pushes of the day. */
export class QuotaReceipts {
  constructor(private readonly ports: Ports) {}

  /** Keeps pushes of the day from devices and classes that have had their share; a receipt of another day changes nothing. */
  async take(owner: ReceiptOwner, quota: ReceiptQuota, receipts: readonly Receipt[], now: number): Promise<void> {
    const today = vendorDay(quota.zone, now);
    const told = receipts.filter((receipt): receipt is ToldToday => isOfToday(receipt, today, now));
    if (told.length === 0) return;
    const named = told.map(({ jobId, token }) => ({ job: Number(jobId), token }));
    const sent = await this.ports.pushes.find(owner.appId, owner.credentialId, named);
    const found = new Map(sent.map((push) => [`${push.job} ${push.token}`, push]));
    const spent = told.flatMap(({ jobId, token, code, exhausted }): Spent[] => {
      const push = found.get(`${jobId} ${token}`);
      if (push === undefined || isOfYesterday(push, today)) return [];
      return [{ push, code, scope: exhausted.scope, class: exhausted.class ?? push.class }];
    });
    const isAll = ({ scope, class: name }: Spent): boolean =>
      scope === 'device_all' || (scope === 'device' && !quota.limitsOf(name).perDevicePerDay);
    // A class without a limit has none that could be used up: the vendor has counted the push as another.
    const ofClass = spent.filter(({ scope, class: name }) => scope === 'class' && quota.limitsOf(name).perDay);
    await this.closeClasses(owner, today, ofClass);
    await this.closeDevices(
      today,
      spent.filter((one) => one.scope === 'device' && !isAll(one)),
    );
    await this.muteDevices(today, spent.filter(isAll), now);
  }

  private async closeClasses(
    { credentialId }: ReceiptOwner,
    { day, resetsAt }: VendorDay,
    spent: readonly Spent[],
  ): Promise<void> {
    const latest = new Map<string, Spent>();
    for (const one of spent) {
      if (one.push.sentAt >= (latest.get(one.class)?.push.sentAt ?? 0)) latest.set(one.class, one);
    }
    for (const { class: name, code, push } of latest.values()) {
      await this.ports.days.closeLate({ credentialId, class: name, day }, resetsAt, code, push.sentAt);
    }
  }

  private async closeDevices({ day }: VendorDay, spent: readonly Spent[]): Promise<void> {
    const byClass = new Map<string, Set<number>>();
    for (const { class: name, push } of spent) {
      const ids = byClass.get(name) ?? new Set();
      byClass.set(name, ids.add(push.tokenId));
    }
    for (const [name, ids] of byClass) await this.ports.devices.close([...ids], { class: name, day });
  }

  private async muteDevices({ resetsAt }: VendorDay, spent: readonly Spent[], now: number): Promise<void> {
    const muted = spent.map(({ push: { tokenId: id, token } }) => ({ id, token, until: resetsAt, at: now }));
    if (muted.length > 0) await this.ports.tokens.muteTokens(muted);
  }
}

type ToldToday = Receipt & { jobId: string; exhausted: Exhausted };

/** Send jobs are numbered; what is no number names none of ours. */
const JOB_ID = /^[1-9]\d{0,14}$/;

/** About the day's change it may be of the day before. */
function isOfToday({ exhausted, jobId, at }: Receipt, today: VendorDay, now: number): boolean {
  if (exhausted === undefined || jobId === null || !JOB_ID.test(jobId)) return false;
  return !isAtDayChange(today, at ?? now);
}

/** What was sent before the day began may have found none of the day before; unknown where the answer is not written yet. */
function isOfYesterday({ sentAt }: SentPush, { startsAt }: VendorDay): boolean {
  return sentAt > 0 && sentAt < startsAt;
}

import type { Notification, VendorName } from '#libs/contracts';
import type { QuotaDayStore } from '#libs/database';
import { isAtDayChange, vendorDay, type QuotaLedger, type VendorDay } from '#libs/quota';
import { dayZone, vendorOf, type QuotaStanding, type VendorSender } from '#libs/vendors';
import type { UsableCredential } from './credential-cache.ts';

/** Answers say all the time how the day stands: it is written down so often, unless the limit has changed (our choice). */
const NOTE_EVERY_MS = 10_000;

/** How often a vendor is asked, by one sender of all (our choice), and how often a sender looks whether it is its turn. */
const ASK_EVERY_MS = 600_000;
const LOOK_EVERY_MS = 60_000;

/** Credentials that were not used for so long are not asked about. */
const IN_USE_MS = 3_600_000;

export interface StandingsPorts {
  days: Pick<QuotaDayStore, 'noteStanding' | 'notePolled' | 'takePoll'>;
  ledger: Pick<QuotaLedger, 'reconsider'>;
  senders: ReadonlyMap<VendorName, VendorSender<unknown>>;
  now: () => number;
  onError: (error: unknown) => void;
}

interface InUse {
  vendor: VendorName;
  credential: UsableCredential;
  usedAt: number;
}

/** Corrects the ledger by what vendors say of how the day stands, with their answers or when they are asked. */
export class Standings {
  private readonly noted = new Map<string, { limit: number; until: number }>();
  private readonly inUse = new Map<number, InUse>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly ports: StandingsPorts) {
    this.timer = setInterval(() => {
      this.ask().catch(ports.onError);
    }, LOOK_EVERY_MS);
    this.timer.unref();
  }

  /** Remembers that a credential is in use, to ask its vendor now and then. */
  use(vendor: VendorName, credential: UsableCredential): void {
    if (this.ports.senders.get(vendor)?.standing === undefined) return;
    this.inUse.set(credential.id, { vendor, credential, usedAt: this.ports.now() });
  }

  /** An answer said how the day stands of the class that a notification goes out as. */
  hear(vendor: VendorName, credential: UsableCredential, notification: Notification, standing: QuotaStanding): void {
    const className = vendorOf(vendor).quota.classOf(notification, credential.loaded.value);
    this.note(vendor, credential, className, standing).catch(this.ports.onError);
  }

  /** Asks the vendors of all credentials in use whose turn it is. Runs by itself. */
  async ask(): Promise<void> {
    const { now, senders, days } = this.ports;
    for (const [id, { vendor, credential, usedAt }] of this.inUse) {
      if (now() - usedAt >= IN_USE_MS) this.inUse.delete(id);
      else if (await days.takePoll(id, now(), ASK_EVERY_MS)) {
        const said = await senders.get(vendor)?.standing?.(credential.loaded);
        const today = this.dayOf(vendor, credential);
        if (said && !isAtDayChange(today, now())) {
          const day = { credentialId: id, class: said.className, day: today.day };
          await days.notePolled(day, said.standing, credential.version);
        }
      }
    }
    for (const [key, { until }] of this.noted) if (until <= now()) this.noted.delete(key);
  }

  close(): void {
    clearInterval(this.timer);
  }

  private async note(
    vendor: VendorName,
    credential: UsableCredential,
    className: string,
    standing: QuotaStanding,
  ): Promise<void> {
    const { id, version } = credential;
    const now = this.ports.now();
    const today = this.dayOf(vendor, credential);
    if (isAtDayChange(today, now)) return;
    const { day, resetsAt } = today;
    const key = `${id} ${version} ${day} ${className}`;
    const known = this.noted.get(key);
    if (known?.limit === standing.limit && now < known.until) return;
    const noted = { limit: standing.limit, until: now + NOTE_EVERY_MS };
    this.noted.set(key, noted);
    try {
      await this.ports.days.noteStanding({ credentialId: id, class: className, day }, resetsAt, standing, version);
    } catch (error) {
      if (this.noted.get(key) === noted) this.noted.delete(key);
      throw error;
    }
    if (known?.limit !== standing.limit) this.ports.ledger.reconsider(id, className);
  }

  private dayOf(vendor: VendorName, { quota }: UsableCredential): VendorDay {
    return vendorDay(dayZone(vendorOf(vendor).quota, quota), this.ports.now());
  }
}

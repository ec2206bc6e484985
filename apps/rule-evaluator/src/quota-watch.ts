import type {
  AlertName,
  LedgerEntry,
  QuotaAlertStore,
  QuotaDeviceStore,
  QuotaReportStore,
  QuotaUpkeepStore,
} from '#libs/database';
import type { Logger, Metrics } from '#libs/observability';
import { showStates, type QuotaGauges } from './quota-gauges.ts';
import { alertsOf, classStates, type ClassState } from './class-state.ts';
import type { QuotaWebhook } from './quota-webhook.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How often a day's rate of use is looked at. */
const SAMPLE_EVERY_MS = 30_000;

/** Most alerts told in one pass, all at the same time; what is left comes with the next. */
const TELL_LIMIT = 20;

/** How long after a failed post the next one is: longer than a post may take, doubled with every attempt. */
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = HOUR_MS;

const PURGE_EVERY_MS = HOUR_MS;

/** Days that may still be current somewhere on earth must stay, and what was seen yesterday is worth a week. */
const LEAST_RETENTION_DAYS = 7;

export interface QuotaWatchPorts {
  report: Pick<QuotaReportStore, 'all'>;
  upkeep: QuotaUpkeepStore;
  alerts: QuotaAlertStore;
  devices: Pick<QuotaDeviceStore, 'purge'>;
  /** Null: nobody is told; alerts are in the log and the metrics. */
  webhook: QuotaWebhook | null;
  metrics: QuotaGauges & Pick<Metrics, 'quotaAlerts'>;
  logger: Logger;
  now: () => number;
  everyMs: number;
  retentionDays: number;
}

/**
 * Watches the day's quotas: how fast they are used up, and who must be told. Several may run; each thing is done by one of
 * them, and each of them shows the metrics.
 */
export class QuotaWatch {
  private timer: NodeJS.Timeout | null = null;
  private passing: Promise<void> = Promise.resolve();
  private closed = false;
  private purgeAt = 0;

  constructor(private readonly ports: QuotaWatchPorts) {}

  start(): void {
    this.schedule();
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.ports.webhook?.close();
    await this.passing;
  }

  /** One look at all quotas. */
  async pass(): Promise<void> {
    const { report, upkeep, metrics, now } = this.ports;
    await upkeep.sample(now(), SAMPLE_EVERY_MS);
    const states = classStates(await report.all(now()), now());
    showStates(metrics, states);
    await this.raise(states);
    await this.tell();
    // Last: nobody waits for it, and it may take long or fail.
    await this.purge();
  }

  private async raise(states: readonly ClassState[]): Promise<void> {
    const { alerts, webhook, metrics, logger, now } = this.ports;
    const entries = new Map(states.map(({ entry }) => [keyOf(entry), entry]));
    const raised = await alerts.raise(states.flatMap(alertsOf), now(), webhook !== null);
    for (const { threshold, ...key } of raised) {
      metrics.quotaAlerts.inc({ threshold: String(threshold) });
      const entry = entries.get(keyOf(key));
      if (entry !== undefined) logger.warn(loggedEntry(entry, threshold), "A share of a day's quota is used up");
    }
  }

  /** Tells the operator what is due. What fails is due again later. */
  private async tell(): Promise<void> {
    const { alerts, webhook, logger, now } = this.ports;
    for (const alert of await alerts.giveUp(now())) {
      logger.warn(loggedAlert(alert), 'An alert about a quota could not be delivered before its day was over');
    }
    if (webhook === null || this.closed) return;
    const due = await alerts.takeDue(now(), TELL_LIMIT, FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
    await Promise.all(
      due.map(async (alert) => {
        try {
          await webhook.post(alert);
          await alerts.delivered(alert, now());
        } catch (error) {
          const fields = { ...loggedAlert(alert), attempts: alert.attempts, err: error };
          logger.warn(fields, 'An alert about a quota could not be delivered; it is tried again');
        }
      }),
    );
  }

  private async purge(): Promise<void> {
    const { upkeep, devices, now, retentionDays } = this.ports;
    if (now() < this.purgeAt) return;
    await upkeep.purge(now() - Math.max(LEAST_RETENTION_DAYS, retentionDays) * DAY_MS);
    await devices.purge(now());
    this.purgeAt = now() + PURGE_EVERY_MS;
  }

  private schedule(): void {
    if (this.closed) return;
    this.timer = setTimeout(() => {
      this.passing = this.pass()
        .catch((error: unknown) =>
          this.ports.logger.warn({ err: error }, 'A look at the quotas failed; the next one tries again'),
        )
        .then(() => this.schedule());
    }, this.ports.everyMs);
  }
}

function keyOf({ credentialId, class: name, day }: Pick<LedgerEntry, 'credentialId' | 'class' | 'day'>): string {
  return `${credentialId} ${day} ${name}`;
}

function loggedAlert({ organization, app, credential, class: name, day, threshold }: AlertName): object {
  return { tenant: `${organization}/${app}`, credential, class: name, day, threshold };
}

function loggedEntry(entry: LedgerEntry, threshold: number): object {
  const { organization, app, credential, vendor, class: name, day, used, limit, closedCode, resetsAt } = entry;
  const share = limit === null || limit === 0 ? null : used / limit;
  return {
    tenant: `${organization}/${app}`,
    ...{ credential, vendor, class: name, day, threshold, share, used, limit, closedBy: closedCode },
    resetsAt: new Date(resetsAt).toISOString(),
  };
}

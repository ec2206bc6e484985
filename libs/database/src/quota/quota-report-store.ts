import { quotaSettingsSchema, type QuotaSettings, type VendorName } from '#libs/contracts';
import type { Sql } from '../sql.ts';

/** How a class of a credential stands on one vendor day. */
export interface LedgerEntry {
  organization: string;
  /** Name of the app. */
  app: string;
  credentialId: number;
  credential: string;
  vendor: VendorName;
  settings: QuotaSettings;
  class: string;
  /** `YYYY-MM-DD` in the vendor's zone. */
  day: string;
  /** Unix ms. */
  resetsAt: number;
  /** The limit that counts, as of the last lease or change of the settings; null: none, or not known. */
  limit: number | null;
  /** What the vendor has said of the limit. */
  vendorLimit: number | null;
  /** What went out, from here or elsewhere. */
  used: number;
  /** What senders hold of the limit and have not used; 0 without a limit. */
  reserved: number;
  /** The vendor's code when it said that there is no more today. */
  closedCode: string | null;
  /** How fast it is used up, smoothed. */
  perSecond: number;
}

/** What leases of the day `d` have left. */
export const UNSPENT = `
  (SELECT coalesce(sum(greatest(0, l.granted - l.used - l.doubted)), 0)::bigint FROM quota_leases l
   WHERE l.credential_id = d.credential_id AND l.class = d.class AND l.day = d.day)`;

/** What of the day `d` has gone out, given what its leases have left. */
export function usedSql(unspent: string): string {
  return `(SELECT sum(t) FROM unnest(d.taken) AS t)::bigint - ${unspent} + CASE WHEN d.own_limit IS NULL THEN d.elsewhere ELSE 0 END`;
}

const READ = `
  SELECT a.organization, a.name AS app, c.id AS "credentialId", c.name AS credential, c.vendor, c.quota AS settings,
         d.class, d.day::text AS day, d.resets_at AS "resetsAt", d.vendor_limit AS "vendorLimit",
         quota_limit(d.own_limit, d.documented_limit, d.vendor_limit) AS "limit", ${usedSql('u.unspent')} AS used,
         CASE WHEN quota_limit(d.own_limit, d.documented_limit, d.vendor_limit) IS NULL THEN 0 ELSE u.unspent END AS reserved, d.closed_code AS "closedCode", d.per_second AS "perSecond"
  FROM quota_days d JOIN credentials c ON c.id = d.credential_id JOIN apps a ON a.id = c.app_id
  CROSS JOIN LATERAL ${UNSPENT} AS u (unspent)
  WHERE d.resets_at > to_timestamp($1::float8 / 1000)`;

const ALL = { name: 'read-quotas', text: READ };

const OF_APP = { name: 'read-quotas-of-app', text: `${READ} AND c.app_id = $2` };

type Row = Omit<LedgerEntry, 'settings'> & { settings: unknown };

/** The ledger of daily quotas, to be looked at. Days without an entry have had no push yet. */
export class QuotaReportStore {
  constructor(private readonly sql: Sql) {}

  /**
   * The entries of an app that have not been reset at `now` (Unix ms). After a change of the zone there may be one of the
   * next day as well.
   */
  async ofApp(appId: number, now: number): Promise<LedgerEntry[]> {
    return (await this.sql.run<Row>(OF_APP, [now, appId])).map(entryOf);
  }

  /** The same of all apps. */
  async all(now: number): Promise<LedgerEntry[]> {
    return (await this.sql.run<Row>(ALL, [now])).map(entryOf);
  }
}

function entryOf({ settings, ...row }: Row): LedgerEntry {
  return { ...row, settings: quotaSettingsSchema.parse(settings) };
}

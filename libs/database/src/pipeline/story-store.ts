import type { MessageContent, ReceiptState, ReceiverVerdict, Target, VendorName } from '#libs/contracts';
import type { Sql } from '../sql.ts';
import type { TargetRecord } from './target-record.ts';

/** What is stored of one message: how it stands as a whole, and some or all of its pages. Times are Unix ms. */
export interface MessageStory {
  event: MessageContent;
  acceptedAt: number;
  receiverCount: number;
  pages: number;
  /** How many of its pages are decided. */
  decidedPages: number;
  /** Whether a push of any page waits for its first or its next attempt. */
  sending: boolean;
  decisions: { page: number; decidedAt: number; verdicts: ReceiverVerdict[] }[];
  sendJobs: StorySendJob[];
}

/** Pages of a message, `to` excluded. */
export interface PageRange {
  from: number;
  to: number;
}

export interface StorySendJob {
  id: number;
  vendor: VendorName;
  credential: string | null;
  payloadHash: string | null;
  /** The vendor's class that it went out as; null before the first attempt. */
  class: string | null;
  targets: Target[];
  /** Null before the first attempt. */
  records: TargetRecord[] | null;
  /** What the vendor reported later, in order of arrival; the same may be there twice. */
  receipts: StoredReceipt[];
}

/** A receipt of one target. Times are Unix ms. */
export interface StoredReceipt {
  tokenId: number;
  state: ReceiptState;
  code: string;
  /** On the vendor's clock; null when it did not say. */
  at: number | null;
  receivedAt: number;
}

const MESSAGE = {
  name: 'story-message',
  text: `SELECT m.seq, m.event, m.accepted_at AS "acceptedAt", cardinality(m.receivers) AS "receiverCount", m.pages,
                (SELECT count(*)::int FROM decisions d WHERE d.message_seq = m.seq) AS "decidedPages",
                EXISTS (SELECT FROM send_jobs j WHERE j.message_seq = m.seq AND j.remaining > 0) AS sending
         FROM messages m WHERE m.app_id = $1 AND m.id = $2`,
};

const DECISIONS = {
  name: 'story-decisions',
  text: `SELECT page, decided_at AS "decidedAt", verdicts
         FROM decisions WHERE message_seq = $1 AND page >= $2 AND page < $3 ORDER BY page`,
};

const SEND_JOBS = {
  name: 'story-send-jobs',
  text: `SELECT j.id, j.vendor, k.name AS credential, j.payload_hash AS "payloadHash", j.class, j.targets,
                j.outcomes AS records
         FROM send_jobs j LEFT JOIN credentials k ON k.id = j.credential_id
         WHERE j.app_id = $1 AND j.message_seq = $2 AND j.page >= $3 AND j.page < $4 ORDER BY j.page, j.id`,
};

const RECEIPTS = {
  name: 'story-receipts',
  text: `SELECT r.send_job_id AS "sendJobId", r.items, r.received_at AS "receivedAt"
         FROM receipts r JOIN send_jobs j ON j.id = r.send_job_id
         WHERE j.app_id = $1 AND j.message_seq = $2 AND j.page >= $3 AND j.page < $4 ORDER BY r.id`,
};

/** Reads the story of a message back. */
export class StoryStore {
  constructor(private readonly sql: Sql) {}

  /** The story with these pages, all when absent. Null when the app has no message with that id. */
  async ofMessage(appId: number, messageId: string, range?: PageRange): Promise<MessageStory | null> {
    type Row = Omit<MessageStory, 'decisions' | 'sendJobs'> & { seq: number };
    const [message] = await this.sql.run<Row>(MESSAGE, [appId, messageId]);
    if (message === undefined) return null;
    const { seq, ...story } = message;
    const { from, to } = range ?? { from: 0, to: story.pages };
    const ofPages = [appId, seq, from, to];
    // In this order: send jobs are there as soon as the decisions are, receipts only after both.
    const decisions = await this.sql.run<MessageStory['decisions'][number]>(DECISIONS, [seq, from, to]);
    const sendJobs = await this.sql.run<Omit<StorySendJob, 'receipts'>>(SEND_JOBS, ofPages);
    const receipts = await this.receipts(ofPages);
    return {
      ...story,
      decisions,
      sendJobs: sendJobs.map((job) => ({ ...job, receipts: receipts.get(job.id) ?? [] })),
    };
  }

  private async receipts(ofPages: readonly unknown[]): Promise<Map<number, StoredReceipt[]>> {
    type Row = { sendJobId: number; items: Omit<StoredReceipt, 'receivedAt'>[]; receivedAt: number };
    const receipts = new Map<number, StoredReceipt[]>();
    for (const { sendJobId, items, receivedAt } of await this.sql.run<Row>(RECEIPTS, ofPages)) {
      const known = receipts.get(sendJobId) ?? [];
      for (const item of items) known.push({ ...item, receivedAt });
      receipts.set(sendJobId, known);
    }
    return receipts;
  }
}

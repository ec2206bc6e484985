import type { MessageContent, ReceiverVerdict, Target, VendorName } from '#libs/contracts';
import type { Sql } from '../sql.ts';
import type { TargetRecord } from './send-store.ts';

/** All that is stored of one message. Times are Unix ms. */
export interface MessageStory {
  event: MessageContent;
  acceptedAt: number;
  receiverCount: number;
  pages: number;
  decisions: { page: number; decidedAt: number; verdicts: ReceiverVerdict[] }[];
  sendJobs: StorySendJob[];
}

export interface StorySendJob {
  id: number;
  vendor: VendorName;
  credential: string | null;
  payloadHash: string | null;
  targets: Target[];
  /** Null before the first attempt. */
  records: TargetRecord[] | null;
}

const MESSAGE = {
  name: 'story-message',
  text: `SELECT seq, event, accepted_at AS "acceptedAt", cardinality(receivers) AS "receiverCount", pages
         FROM messages WHERE app_id = $1 AND id = $2`,
};

const DECISIONS = {
  name: 'story-decisions',
  text: `SELECT page, decided_at AS "decidedAt", verdicts FROM decisions WHERE message_seq = $1 ORDER BY page`,
};

const SEND_JOBS = {
  name: 'story-send-jobs',
  text: `SELECT j.id, j.vendor, k.name AS credential, j.payload_hash AS "payloadHash", j.targets, j.outcomes AS records
         FROM send_jobs j LEFT JOIN credentials k ON k.id = j.credential_id
         WHERE j.app_id = $1 AND j.message_seq = $2 ORDER BY j.page, j.id`,
};

/** Reads the story of a message back. */
export class StoryStore {
  constructor(private readonly sql: Sql) {}

  /** Null when the app has no message with that id. */
  async ofMessage(appId: number, messageId: string): Promise<MessageStory | null> {
    type Row = Omit<MessageStory, 'decisions' | 'sendJobs'> & { seq: number };
    const [message] = await this.sql.run<Row>(MESSAGE, [appId, messageId]);
    if (message === undefined) return null;
    const { seq, ...story } = message;
    return {
      ...story,
      decisions: await this.sql.run<MessageStory['decisions'][number]>(DECISIONS, [seq]),
      sendJobs: await this.sql.run<StorySendJob>(SEND_JOBS, [appId, seq]),
    };
  }
}

import { RECEIVERS_PER_PAGE, type MessageEvent } from '#libs/contracts';
import type { CredentialStore, OpenedCredential, PageDecision, StoredMessage, StorySendJob } from '#libs/database';
import type { Evaluation } from '#libs/evaluation';
import { vendorOf } from '#libs/vendors';
import { explain, type Explanation } from './explain.ts';

/** Decides a message as the evaluator would and tells what would happen. Stores nothing, sends nothing. */
export class DryRun {
  constructor(
    private readonly evaluation: Evaluation,
    private readonly credentials: CredentialStore,
  ) {}

  /** Null when the app is gone. */
  async explain(appId: number, event: MessageEvent, now: number): Promise<Explanation | null> {
    const decisions: PageDecision[] = [];
    for (const message of inPages(event)) {
      const decided = await this.evaluation.evaluate(appId, [message], now);
      if (decided === null) return null;
      decisions.push(...decided);
    }
    const story = {
      event,
      acceptedAt: now,
      receiverCount: event.receivers.length,
      pages: decisions.length,
      decidedPages: decisions.length,
      sending: false,
      decisions: decisions.map(({ page, verdicts }) => ({ page, decidedAt: now, verdicts })),
      sendJobs: await this.plannedJobs(appId, decisions, now),
    };
    return explain(story, { dryRun: true });
  }

  private async plannedJobs(appId: number, decisions: readonly PageDecision[], now: number): Promise<StorySendJob[]> {
    const planned = decisions.flatMap(({ sendJobs }) => sendJobs);
    const ids = [...new Set(planned.map(({ credentialId }) => credentialId))];
    const opened = ids.length === 0 ? [] : await this.credentials.open(appId, ids);
    const credentials = new Map(opened.map((credential) => [credential.id, credential]));
    return planned.map((job, id) => {
      const credential = credentials.get(job.credentialId);
      return {
        id,
        vendor: job.vendor,
        credential: credential?.name ?? null,
        ...(credential === undefined ? NOTHING : sentAs(job.notification, credential, now)),
        targets: job.targets,
        records: null,
        receipts: [],
      };
    });
  }
}

/** The event as the store would hand it out, page by page. */
function inPages({ receivers, ...event }: MessageEvent): StoredMessage[] {
  const pages = Math.ceil(receivers.length / RECEIVERS_PER_PAGE);
  return Array.from({ length: pages }, (_, page) => {
    const members = receivers.slice(page * RECEIVERS_PER_PAGE, (page + 1) * RECEIVERS_PER_PAGE);
    return {
      seq: 0,
      event: { ...event, receivers: members },
      page,
      pages,
      receiverCount: receivers.length,
      receivers: members,
    };
  });
}

/** Where no credential says how a push would go out. */
const NOTHING = { payloadHash: null, class: null };

/** How a push would go out, if the stored credential still fulfils the vendor's schema. */
function sentAs(
  notification: PageDecision['sendJobs'][number]['notification'],
  { vendor: name, fields }: OpenedCredential,
  now: number,
): Pick<StorySendJob, 'payloadHash' | 'class'> {
  const vendor = vendorOf(name);
  const credential = vendor.credentialSchema.safeParse(fields);
  if (!credential.success) return NOTHING;
  return {
    payloadHash: vendor.payloadHash(notification, credential.data, now),
    class: vendor.quota.classOf(notification, credential.data),
  };
}

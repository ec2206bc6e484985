import {
  RECEIVERS_PER_PAGE,
  type DeviceVerdict,
  type QuotaNote,
  type ReceiptState,
  type ReceiverVerdict,
  type Rerouted,
  type TargetState,
  type VendorName,
  type VerdictFacts,
} from '#libs/contracts';
import { UNTRIED, type MessageStory, type StoredReceipt, type StorySendJob } from '#libs/database';

/** Who was notified of a message, who was not, and what decided it. Times are Unix ms. */
export interface Explanation {
  id: string;
  /** `accepted`: nothing decided yet; `deciding`: some receivers; `sending`: answers are outstanding. */
  state: 'accepted' | 'deciding' | 'sending' | 'done' | 'dry_run';
  acceptedAt: number;
  receiverCount: number;
  receivers: ReceiverExplanation[];
}

interface ReceiverExplanation {
  receiver: string;
  decision: ReceiverVerdict['decision'];
  reason: ReceiverVerdict['reason'];
  facts: VerdictFacts;
  decidedAt: number;
  devices: DeviceExplanation[];
}

interface DeviceExplanation {
  deviceId: string;
  decision: DeviceVerdict['decision'];
  reason: DeviceVerdict['reason'];
  credential: string | null;
  vendor: VendorName | null;
  /** Where there was a choice between tokens of the device, or where it was made anew for want of quota. */
  facts?: VerdictFacts;
  /** The vendor's class that it went out as. */
  class: string | null;
  /** What there was no quota for, and what was done; null when there was. */
  quota: QuotaNote | null;
  payloadHash: string | null;
  /** How the push stands; null when none is sent. */
  outcome: TargetState | null;
  code: string | null;
  vendorId: string | null;
  attempts: number;
  answeredAt: number | null;
  nextAttemptAt: number | null;
  maybeDelivered: boolean;
  /** What the vendor reported later, in order of arrival. */
  receipts: ReceiptExplanation[];
}

interface ReceiptExplanation {
  state: ReceiptState;
  code: string;
  /** On the vendor's clock; null when it did not say. */
  at: number | null;
  receivedAt: number;
}

export interface ExplainOptions {
  /** Which of the event's receivers to show, by position, `to` excluded; all when absent. */
  receivers?: { from: number; to: number };
  /** Nothing was sent: pushes have no outcome. */
  dryRun?: boolean;
}

type Answered = Pick<
  DeviceExplanation,
  | 'class'
  | 'quota'
  | 'payloadHash'
  | 'outcome'
  | 'code'
  | 'vendorId'
  | 'attempts'
  | 'answeredAt'
  | 'nextAttemptAt'
  | 'maybeDelivered'
  | 'receipts'
>;

const NO_PUSH: Answered = {
  class: null,
  quota: null,
  payloadHash: null,
  outcome: null,
  code: null,
  vendorId: null,
  attempts: 0,
  answeredAt: null,
  nextAttemptAt: null,
  maybeDelivered: false,
  receipts: [],
};

/** One push of a message, as its send job tells of it. */
interface Push {
  deviceId: string;
  vendor: VendorName;
  credential: string | null;
  /** Set when another credential of the device had no quota for it. */
  rerouted: Rerouted | undefined;
  answered: Answered;
}

/** Tells the story of a message. Pure; the same for messages that were sent and for dry runs. */
export function explain(story: MessageStory, { receivers, dryRun = false }: ExplainOptions = {}): Explanation {
  const pushes = pushesByReceiver(story.sendJobs, dryRun);
  return {
    id: story.event.id,
    state: dryRun ? 'dry_run' : stateOf(story),
    acceptedAt: story.acceptedAt,
    receiverCount: story.receiverCount,
    receivers: story.decisions.flatMap(({ page, decidedAt, verdicts }) =>
      shownOf(page, verdicts, receivers).map(({ receiver, decision, reason, facts, devices }) => ({
        receiver,
        decision,
        reason,
        facts,
        decidedAt,
        devices: explainDevices(devices, pushes.get(receiver) ?? []),
      })),
    ),
  };
}

/** The verdicts of a page on the receivers asked for: a page has one per receiver, in the order of the event. */
function shownOf(
  page: number,
  verdicts: readonly ReceiverVerdict[],
  receivers: ExplainOptions['receivers'],
): readonly ReceiverVerdict[] {
  if (receivers === undefined) return verdicts;
  const first = page * RECEIVERS_PER_PAGE;
  return verdicts.slice(Math.max(receivers.from - first, 0), Math.max(receivers.to - first, 0));
}

function stateOf({ decidedPages, pages, sending }: MessageStory): Explanation['state'] {
  if (decidedPages === 0) return 'accepted';
  if (decidedPages < pages) return 'deciding';
  return sending ? 'sending' : 'done';
}

function pushesByReceiver(jobs: readonly StorySendJob[], dryRun: boolean): Map<string, Push[]> {
  const pushes = new Map<string, Push[]>();
  for (const { vendor, credential, payloadHash, class: name, targets, records, receipts } of jobs) {
    const reported = receiptsByToken(receipts);
    for (const [index, { receiver, deviceId, tokenId, rerouted }] of targets.entries()) {
      const { state, quota = null, ...record } = records?.[index] ?? UNTRIED;
      const sentAs = quota?.step === 'lower_class' ? (quota.to ?? null) : name;
      const answered = {
        class: dryRun || record.attempts > 0 ? sentAs : null,
        quota,
        payloadHash,
        outcome: dryRun ? null : state,
        ...record,
      };
      const push = { deviceId, vendor, credential, rerouted };
      append(pushes, receiver, { ...push, answered: { ...answered, receipts: reported.get(tokenId) ?? [] } });
    }
  }
  return pushes;
}

/** Vendors repeat their posts: of equal receipts the first counts. */
function receiptsByToken(receipts: readonly StoredReceipt[]): Map<number, ReceiptExplanation[]> {
  const known = new Set<string>();
  const byToken = new Map<number, ReceiptExplanation[]>();
  for (const { tokenId, state, code, at, receivedAt } of receipts) {
    const key = JSON.stringify([tokenId, state, code, at]);
    if (known.has(key)) continue;
    known.add(key);
    append(byToken, tokenId, { state, code, at, receivedAt });
  }
  return byToken;
}

/** In place: nothing limits how much a vendor says of one token. */
function append<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** A line per verdict, and one for each push that went to a token which no verdict knows. */
function explainDevices(verdicts: readonly DeviceVerdict[], pushes: readonly Push[]): DeviceExplanation[] {
  const told = new Set<Push>();
  const lines = verdicts.map((verdict) => {
    const push = pushOf(verdict, pushes);
    if (push !== undefined) told.add(push);
    return explainDevice(verdict, push);
  });
  const others = pushes.filter((push) => push.rerouted !== undefined && !told.has(push));
  return [
    ...lines,
    ...others.map((push) => {
      const { deviceId, vendor, credential } = push;
      const verdict = { deviceId, vendor, decision: 'send', reason: 'rerouted' } as const;
      return explainDevice({ ...verdict, ...(credential !== null && { credential }) }, push);
    }),
  ];
}

/** The push that belongs to a verdict: one to send, or one that was to be none until another channel had no quota. */
function pushOf({ deviceId, vendor, credential, decision }: DeviceVerdict, pushes: readonly Push[]): Push | undefined {
  const ofDevice = pushes.filter((push) => push.deviceId === deviceId && push.vendor === vendor);
  const candidates = ofDevice.filter(({ rerouted }) => decision === 'send' || rerouted !== undefined);
  // A send job does not know the name of a credential that was deleted since.
  return (
    candidates.find((candidate) => candidate.credential === credential) ??
    candidates.find((candidate) => candidate.credential === null)
  );
}

function explainDevice(verdict: DeviceVerdict, push: Push | undefined): DeviceExplanation {
  const { deviceId, decision, reason, credential, vendor, facts } = verdict;
  return {
    deviceId,
    decision,
    reason,
    credential: credential ?? null,
    vendor: vendor ?? null,
    ...(facts !== undefined && { facts }),
    ...(push?.rerouted !== undefined && reroutedLine(push.rerouted)),
    ...(push?.answered ?? NO_PUSH),
  };
}

function reroutedLine({
  from,
  class: name,
  scope,
  by,
}: Rerouted): Pick<DeviceExplanation, 'decision' | 'reason' | 'facts'> {
  return { decision: 'send', reason: 'rerouted', facts: { because: 'quota', from, class: name, scope, by } };
}

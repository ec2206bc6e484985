import type { DeviceVerdict, ReceiverVerdict, TargetState, VendorName, VerdictFacts } from '#libs/contracts';
import { UNTRIED, type MessageStory, type StorySendJob } from '#libs/database';

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
  payloadHash: string | null;
  /** How the push stands; null when none is sent. */
  outcome: TargetState | null;
  code: string | null;
  vendorId: string | null;
  attempts: number;
  answeredAt: number | null;
  nextAttemptAt: number | null;
  maybeDelivered: boolean;
}

export interface ExplainOptions {
  /** Decision pages to show, `to` excluded; all when absent. */
  pages?: { from: number; to: number };
  /** Nothing was sent: pushes have no outcome. */
  dryRun?: boolean;
}

type Answered = Pick<
  DeviceExplanation,
  'payloadHash' | 'outcome' | 'code' | 'vendorId' | 'attempts' | 'answeredAt' | 'nextAttemptAt' | 'maybeDelivered'
>;

const NO_PUSH: Answered = {
  payloadHash: null,
  outcome: null,
  code: null,
  vendorId: null,
  attempts: 0,
  answeredAt: null,
  nextAttemptAt: null,
  maybeDelivered: false,
};

/** One push of a message, as its send job tells of it. */
interface Push {
  credential: string | null;
  answered: Answered;
}

/** Tells the story of a message. Pure; the same for messages that were sent and for dry runs. */
export function explain(story: MessageStory, { pages, dryRun = false }: ExplainOptions = {}): Explanation {
  const shown = story.decisions.filter(({ page }) => pages === undefined || (page >= pages.from && page < pages.to));
  const pushes = pushesByDevice(story.sendJobs, dryRun);
  return {
    id: story.event.id,
    state: dryRun ? 'dry_run' : stateOf(story),
    acceptedAt: story.acceptedAt,
    receiverCount: story.receiverCount,
    receivers: shown.flatMap(({ decidedAt, verdicts }) =>
      verdicts.map(({ receiver, decision, reason, facts, devices }) => ({
        receiver,
        decision,
        reason,
        facts,
        decidedAt,
        devices: devices.map((device) => explainDevice(receiver, device, pushes)),
      })),
    ),
  };
}

function stateOf({ decisions, pages, sendJobs }: MessageStory): Explanation['state'] {
  if (decisions.length === 0) return 'accepted';
  if (decisions.length < pages) return 'deciding';
  const done = sendJobs.every(({ records }) => records?.every(({ state }) => state !== 'pending') === true);
  return done ? 'done' : 'sending';
}

function keyOf(receiver: string, deviceId: string, vendor: VendorName): string {
  return JSON.stringify([receiver, deviceId, vendor]);
}

function pushesByDevice(jobs: readonly StorySendJob[], dryRun: boolean): Map<string, Push[]> {
  const pushes = new Map<string, Push[]>();
  for (const { vendor, credential, payloadHash, targets, records } of jobs) {
    for (const [index, { receiver, deviceId }] of targets.entries()) {
      const { state, ...record } = records?.[index] ?? UNTRIED;
      const push = { credential, answered: { payloadHash, outcome: dryRun ? null : state, ...record } };
      const key = keyOf(receiver, deviceId, vendor);
      pushes.set(key, [...(pushes.get(key) ?? []), push]);
    }
  }
  return pushes;
}

function explainDevice(
  receiver: string,
  { deviceId, decision, reason, credential, vendor }: DeviceVerdict,
  pushes: ReadonlyMap<string, readonly Push[]>,
): DeviceExplanation {
  const candidates = decision === 'send' && vendor !== undefined ? pushes.get(keyOf(receiver, deviceId, vendor)) : [];
  // A send job does not know the name of a credential that was deleted since.
  const push =
    candidates?.find((candidate) => candidate.credential === credential) ??
    candidates?.find((candidate) => candidate.credential === null);
  return {
    deviceId,
    decision,
    reason,
    credential: credential ?? null,
    vendor: vendor ?? null,
    ...(push?.answered ?? NO_PUSH),
  };
}

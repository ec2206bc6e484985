import type { Notification, Rerouted, Target, VendorName } from '#libs/contracts';
import type { ChannelStore, FactsStore, OtherToken, PlacedSendJob } from '#libs/database';
import { operatorNotification, preferredToken, prepareEvent } from '#libs/rules';
import { splitToLimit } from './split-to-limit.ts';

/** A send job of which some targets cannot go out. */
export interface StuckJob {
  appId: number;
  messageSeq: number;
  page: number;
  credentialId: number;
  notification: Notification;
  targets: readonly Target[];
}

/** What goes on elsewhere, and where each target went: the credential's name, by position; absent where there is no way. */
export interface OnwardPlan {
  jobs: PlacedSendJob[];
  credentials: ReadonlyMap<number, string>;
}

/** Finds other tokens of the same devices for pushes that their credential has no quota for. */
export class Rerouting {
  constructor(
    private readonly channels: Pick<ChannelStore, 'otherTokens' | 'event'>,
    private readonly facts: Pick<FactsStore, 'policy'>,
  ) {}

  /**
   * Plans send jobs to the token of each device that comes next by the app's channel preference. A credential that was tried
   * for a device is not tried again.
   */
  async plan(job: StuckJob, why: Omit<Rerouted, 'tried'>, now: number): Promise<OnwardPlan> {
    const others = await this.channels.otherTokens(
      job.appId,
      job.targets.map(({ tokenId }) => tokenId),
      now,
    );
    const policy = others.length === 0 ? null : await this.facts.policy(job.appId);
    if (policy === null) return { jobs: [], credentials: new Map() };
    const besides = new Map<number, OtherToken[]>();
    for (const other of others) besides.set(other.besideId, [...(besides.get(other.besideId) ?? []), other]);
    const groups = new Map<number, { token: OtherToken; targets: Target[] }>();
    const credentials = new Map<number, string>();
    for (const [position, target] of job.targets.entries()) {
      const tried = [...(target.rerouted?.tried ?? []), job.credentialId];
      const open = (besides.get(target.tokenId) ?? []).filter(({ credentialId }) => !tried.includes(credentialId));
      const token = open.find(({ id }) => id === preferredToken(open, policy)?.id);
      if (token === undefined) continue;
      const group = groups.get(token.credentialId) ?? { token, targets: [] };
      groups.set(token.credentialId, group);
      group.targets.push(onwardTarget(target, token, { ...why, tried }));
      credentials.set(position, token.credential);
    }
    const notificationFor = await this.notifications(job, policy, groups.size > 0);
    const jobs = [...groups.values()].flatMap(({ token, targets }) => {
      const vendor = token.vendor as VendorName;
      const { messageSeq, page } = job;
      const placed = { messageSeq, page, vendor, credentialId: token.credentialId, targets };
      return splitToLimit({ ...placed, notification: notificationFor(vendor) });
    });
    return { jobs, credentials };
  }

  /** An operator's push may say other things to another vendor; all others say the same to all. */
  private async notifications(
    { appId, messageSeq, notification }: StuckJob,
    policy: Parameters<typeof prepareEvent>[1],
    isNeeded: boolean,
  ): Promise<(vendor: VendorName) => Notification> {
    const event = isNeeded ? await this.channels.event(appId, messageSeq) : null;
    const operatorPush = event?.operatorPush;
    if (event === null || operatorPush === undefined) return () => notification;
    const prepared = prepareEvent(event, policy);
    return (vendor) => operatorNotification(prepared, operatorPush, vendor);
  }
}

function onwardTarget(target: Target, token: OtherToken, rerouted: Rerouted): Target {
  return { ...target, tokenId: token.id, token: token.token, registeredAt: token.registeredAt, rerouted };
}

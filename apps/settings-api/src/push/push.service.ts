import { setTimeout as delay } from 'node:timers/promises';
import { ApiError, type MessageEvent, type Purpose } from '#libs/contracts';
import type {
  FactsStore,
  LabelStore,
  PushTaskAudience,
  PushTaskEvent,
  PushTaskStore,
  StoryStore,
} from '#libs/database';
import type { Metrics } from '#libs/observability';
import type { Intake } from '#libs/producer';
import type { Call } from '../http/call.ts';
import { labelName } from '../labels/label-name.ts';
import { explain } from '../messages/explain.ts';
import { newMessageId } from '../messages/new-message-id.ts';
import { operatorPush } from './operator-push.ts';
import { pushResult, type PushResult } from './push-result.ts';
import type { PushBody, SingleBody, TaskBody } from './push.schemas.ts';
import { startOf } from './start-date.ts';
import { newTaskId } from './task-id.ts';

/** Strategies that go through a channel of Agora's own, and through no vendor's (Agora contract section 3.13). */
const OWN_CHANNEL_ONLY: ReadonlySet<string> = new Set(['1', '4']);
const NO_OWN_CHANNEL: PushResult & { desc: string } = {
  pushStatus: 'FAIL',
  desc: 'strategies 1 and 4 push nothing: there is no channel but the vendors',
};
const UNKNOWN_USER: PushResult & { desc: string } = { pushStatus: 'FAIL', desc: 'appUser not exists' };

/** How long a synchronous push waits for its outcome, ms: longer than a vendor is given to answer (our choice). */
const MAX_WAIT_MS = 15_000;
const FIRST_LOOK_MS = 20;
const LONGEST_PAUSE_MS = 250;

interface PushPorts {
  intake: Pick<Intake, 'submit'>;
  tasks: Pick<PushTaskStore, 'create' | 'knownUsers'>;
  stories: Pick<StoryStore, 'ofMessage'>;
  labels: Pick<LabelStore, 'find'>;
  facts: Pick<FactsStore, 'policy'>;
  metrics: Pick<Metrics, 'messagesAccepted'>;
}

/** Pushes that an operator sends to users outright (Agora contract section 3.13). */
export class PushService {
  constructor(private readonly ports: PushPorts) {}

  /** Pushes to one user and waits for what the vendor says. */
  async sync(call: Call, target: string, { strategy, pushMessage }: PushBody): Promise<PushResult> {
    if (OWN_CHANNEL_ONLY.has(String(strategy))) return NO_OWN_CHANNEL;
    if (!(await this.ports.tasks.knownUsers(call.app.id, [target])).has(target)) return UNKNOWN_USER;
    const id = await this.submit(call, eventOf(pushMessage, 'system'), [target]);
    return await this.outcomeOf(call.app.id, id);
  }

  /** Pushes to users that exist; resolves when the push is stored. In the order of the targets. */
  async async(
    call: Call,
    targets: readonly string[],
    { strategy, pushMessage }: Pick<SingleBody, 'strategy' | 'pushMessage'>,
    success: PushResult & { desc: string },
  ): Promise<(PushResult & { desc: string })[]> {
    if (OWN_CHANNEL_ONLY.has(String(strategy))) return targets.map(() => NO_OWN_CHANNEL);
    const known = await this.ports.tasks.knownUsers(call.app.id, targets);
    const receivers = [...new Set(targets)].filter((target) => known.has(target));
    if (receivers.length > 0) await this.submit(call, eventOf(pushMessage, 'system'), receivers);
    return targets.map((target) => (known.has(target) ? success : UNKNOWN_USER));
  }

  /** Stores a push to many, which the evaluators carry out from its start on. Returns its id. */
  async task(call: Call, audience: PushTaskAudience, body: TaskBody): Promise<bigint> {
    const { strategy, startDate, pushMessage } = body;
    if (OWN_CHANNEL_ONLY.has(String(strategy))) throw new ApiError('parameter_invalid', { parameter: 'strategy' });
    const zone = (await this.ports.facts.policy(call.app.id))?.timeZone ?? 'UTC';
    const startAt = startOf(startDate, zone, call.startedAt);
    if (startAt === null) throw new ApiError('parameter_invalid', { parameter: 'startDate' });
    const event = eventOf(pushMessage, 'marketing');
    for (;;) {
      const id = newTaskId(call.startedAt);
      if (await this.ports.tasks.create({ id, appId: call.app.id, audience, event, startAt }, call.startedAt))
        return id;
    }
  }

  /** The labels with these names. Throws label_unknown for the first that there is not. */
  async labelled(call: Call, names: readonly string[]): Promise<PushTaskAudience> {
    const ids = new Set<number>();
    for (const name of names) {
      const label = await this.ports.labels.find(call.app.id, await labelName(this.ports.facts, call, name));
      if (label === null) throw new ApiError('label_unknown', { label: name });
      ids.add(label.id);
    }
    return { kind: 'labels', labels: [...ids] };
  }

  private async submit(call: Call, push: PushTaskEvent, receivers: string[]): Promise<string> {
    const id = newMessageId(call.startedAt);
    const event: MessageEvent = { ...push, id, sentAt: call.startedAt, receivers };
    await this.ports.intake.submit(call.app.id, event);
    this.ports.metrics.messagesAccepted.inc({ result: 'new' });
    return id;
  }

  private async outcomeOf(appId: number, id: string): Promise<PushResult> {
    const deadline = performance.now() + MAX_WAIT_MS;
    for (let pause = FIRST_LOOK_MS; performance.now() < deadline; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
      await delay(pause);
      const story = await this.ports.stories.ofMessage(appId, id);
      const result = story === null ? null : pushResult(explain(story));
      if (result !== null) return result;
    }
    return { pushStatus: 'ERROR', desc: `no outcome yet: see message ${id}` };
  }
}

/** A push as an event for the evaluators: from nobody, in no conversation, and whatever the receivers' settings say. */
function eventOf(message: PushBody['pushMessage'], purpose: Purpose): PushTaskEvent {
  return {
    chatType: 'user',
    messageType: 'text',
    sender: { username: '', nickname: '' },
    dialect: 'agora',
    purpose,
    force: true,
    operatorPush: operatorPush(message),
  };
}

import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiError, type MessageEvent } from '#libs/contracts';
import { GroupRepository } from '#libs/database';
import { Metrics } from '#libs/observability';
import { Intake } from '#libs/producer';
import { CurrentCall, type Call } from '../http/call.ts';
import { envelope, type Envelope } from '../http/envelope.ts';
import { Answers } from '../openapi/answers.ts';
import { checkSize, eventOf } from './sent-message.ts';
import {
  groupMessageSchema,
  sentMessageSchema,
  userMessageSchema,
  type GroupMessage,
  type UserMessage,
} from './sent-message.schemas.ts';

/**
 * Messages that a server sends (Agora contract section 3.16). Offpush delivers none of them: it takes them in as message
 * events, so that the receivers get their pushes.
 */
@Controller(':org/:app/messages')
export class SentMessageController {
  constructor(
    private readonly intake: Intake,
    private readonly groups: GroupRepository,
    private readonly metrics: Metrics,
  ) {}

  @Post('users')
  @HttpCode(200)
  @Answers('Push for a message to users', { data: sentMessageSchema })
  async toUsers(
    @CurrentCall() call: Call,
    @Body({ schema: userMessageSchema }) { to, ...content }: UserMessage,
  ): Promise<Envelope> {
    checkSize(content);
    const events = [...new Set(to)].map(
      (username) => [username, eventOf(content, { chatType: 'user', receivers: [username] }, call.startedAt)] as const,
    );
    return await this.accept(call, '/messages/users', events);
  }

  @Post('chatgroups')
  @HttpCode(200)
  @Answers('Push for a message to groups', { data: sentMessageSchema })
  async toGroups(
    @CurrentCall() call: Call,
    @Body({ schema: groupMessageSchema }) { to, receivers, ...content }: GroupMessage,
  ): Promise<Envelope> {
    checkSize(content);
    const members = await this.membersOf(call.app.id, [...new Set(to)], receivers);
    const events = [...members].map(
      ([group, names]) =>
        [
          group,
          eventOf(content, { chatType: 'chatgroup', conversation: group, receivers: names }, call.startedAt),
        ] as const,
    );
    return await this.accept(call, '/messages/chatgroups', events);
  }

  /**
   * Who is in each group: as the call says, else as it was stored.
   * @throws ApiError group_not_found for a group of which neither is known: a push to nobody would go unnoticed
   */
  private async membersOf(
    appId: number,
    groups: readonly string[],
    given: GroupMessage['receivers'],
  ): Promise<ReadonlyMap<string, string[]>> {
    const named = new Map(
      Array.isArray(given) ? groups.map((group) => [group, given] as const) : Object.entries(given ?? {}),
    );
    const missing = groups.filter((group) => !named.has(group));
    const stored = missing.length === 0 ? new Map<string, never>() : await this.groups.findAll(appId, missing);
    return new Map(
      groups.map((group) => {
        const members = named.get(group) ?? stored.get(group)?.members;
        if (members === undefined) throw new ApiError('group_not_found', { group });
        return [group, [...new Set(members)]];
      }),
    );
  }

  private async accept(
    call: Call,
    path: string,
    events: readonly (readonly [target: string, event: MessageEvent])[],
  ): Promise<Envelope> {
    const together = events.map(([, event]) => event);
    await this.intake.submitTogether(call.app.id, together);
    this.metrics.messagesAccepted.inc({ result: 'new' }, events.length);
    const data = Object.fromEntries(events.map(([target, { id }]) => [target, id]));
    return { ...envelope(call, { data }), path };
  }
}

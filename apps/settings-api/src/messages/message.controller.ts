import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { acceptEvent, ApiError, RECEIVERS_PER_PAGE } from '#libs/contracts';
import { StoryStore, type PageRange } from '#libs/database';
import { Metrics } from '#libs/observability';
import { Intake } from '#libs/producer';
import type { FastifyReply } from 'fastify';
import { CurrentCall, type Call } from '../http/call.ts';
import { envelope, type Envelope } from '../http/envelope.ts';
import { Answers } from '../openapi/answers.ts';
import { DryRun } from './dry-run.service.ts';
import { explain } from './explain.ts';
import {
  acceptanceSchema,
  cursorAt,
  explanationQuerySchema,
  explanationSchema,
  messageBodySchema,
  messagePathIdSchema,
  type ExplanationQuery,
  type MessageBody,
} from './message.schemas.ts';
import { newMessageId } from './new-message-id.ts';

/** The pages that hold these receivers; `to` is excluded from both. */
function pagesOf({ from, to }: PageRange): PageRange {
  return { from: Math.floor(from / RECEIVERS_PER_PAGE), to: Math.ceil(to / RECEIVERS_PER_PAGE) };
}

/** Message events, and what became of them. */
@Controller(':org/:app/push/messages')
export class MessageController {
  constructor(
    private readonly intake: Intake,
    private readonly stories: StoryStore,
    private readonly dryRun: DryRun,
    private readonly metrics: Metrics,
  ) {}

  @Post()
  @Answers(
    'Submit a message event',
    { status: 202, description: 'Stored: it will be pushed, suppressed or expire', data: acceptanceSchema },
    { status: 200, description: 'This id was accepted before', data: acceptanceSchema },
  )
  async submit(
    @CurrentCall() call: Call,
    @Body({ schema: messageBodySchema }) body: MessageBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Envelope> {
    const event = acceptEvent(body, call.startedAt, () => newMessageId(call.startedAt));
    const { id, seq } = await this.intake.submit(call.app.id, event);
    const accepted = seq !== null;
    this.metrics.messagesAccepted.inc({ result: accepted ? 'new' : 'duplicate' });
    reply.status(accepted ? 202 : 200);
    return envelope(call, { data: { id, accepted } });
  }

  @Post('dry-run')
  @HttpCode(200)
  @Answers('Explain what a message event would cause, without storing or sending anything', { data: explanationSchema })
  async tryOut(@CurrentCall() call: Call, @Body({ schema: messageBodySchema }) body: MessageBody): Promise<Envelope> {
    const event = acceptEvent(body, call.startedAt, () => newMessageId(call.startedAt));
    const explanation = await this.dryRun.explain(call.app.id, event, call.startedAt);
    if (explanation === null) {
      const app = `${call.app.organization}/${call.app.name}`;
      throw new ApiError('app_not_found', { app, uri: `${app}/${call.resource}` });
    }
    return envelope(call, { data: explanation });
  }

  @Get(':id')
  @Answers('Explain what became of a message event', { data: explanationSchema })
  async get(
    @CurrentCall() call: Call,
    @Param('id', { schema: messagePathIdSchema }) id: string,
    @Query({ schema: explanationQuerySchema }) { cursor, limit }: ExplanationQuery,
  ): Promise<Envelope> {
    const receivers = { from: cursor, to: cursor + limit };
    const story = await this.stories.ofMessage(call.app.id, id, pagesOf(receivers));
    if (story === null) throw new ApiError('message_not_found', { message: id });
    return envelope(call, {
      data: explain(story, { receivers }),
      ...(receivers.to < story.receiverCount && { cursor: cursorAt(receivers.to) }),
    });
  }
}

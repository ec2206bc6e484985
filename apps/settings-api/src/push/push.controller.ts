import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiError } from '#libs/contracts';
import type { FastifyReply } from 'fastify';
import { CurrentCall, type Call } from '../http/call.ts';
import { envelope, type Envelope } from '../http/envelope.ts';
import { exactJson } from '../http/exact-json.ts';
import { Answers } from '../openapi/answers.ts';
import {
  labelBodySchema,
  listBodySchema,
  pushBodySchema,
  pushResultSchema,
  singleBodySchema,
  singleResultSchema,
  statisticsDaySchema,
  targetSchema,
  taskBodySchema,
  taskIdViewSchema,
  taskViewSchema,
  type LabelPushBody,
  type ListBody,
  type PushBody,
  type SingleBody,
  type TaskBody,
} from './push.schemas.ts';
import { PushService } from './push.service.ts';

/** Pushes of the app's operator, without a message of anybody's (Agora contract section 3.13). */
@Controller(':org/:app/push')
export class PushController {
  constructor(private readonly pushes: PushService) {}

  @Post('sync/:target')
  @HttpCode(200)
  @Answers("Push to a user and wait for the vendor's answer", { dataList: pushResultSchema })
  async sync(
    @CurrentCall() call: Call,
    @Param('target', { schema: targetSchema }) target: string,
    @Body({ schema: pushBodySchema }) body: PushBody,
  ): Promise<Envelope> {
    return envelope(call, { data: [await this.pushes.sync(call, target, body)] });
  }

  @Post('async/:target')
  @HttpCode(200)
  @Answers('Push to a user', { dataList: pushResultSchema })
  async async(
    @CurrentCall() call: Call,
    @Param('target', { schema: targetSchema }) target: string,
    @Body({ schema: pushBodySchema }) body: PushBody,
  ): Promise<Envelope> {
    const success = { pushStatus: 'ASYNC_SUCCESS', data: '', desc: 'success' } as const;
    return envelope(call, { data: await this.pushes.async(call, [target], body, success) });
  }

  @Post('single')
  @HttpCode(200)
  @Answers('Push to up to 100 users', { dataList: singleResultSchema })
  async single(@CurrentCall() call: Call, @Body({ schema: singleBodySchema }) body: SingleBody): Promise<Envelope> {
    const success = { pushStatus: 'ASYNC_SUCCESS', desc: 'async success.' } as const;
    const results = await this.pushes.async(call, body.targets, body, success);
    return envelope(call, { data: results.map((result, index) => ({ id: body.targets[index], ...result })) });
  }

  @Post('list')
  @HttpCode(200)
  @Answers('Push to a list of users, at once or later', { data: taskViewSchema })
  async list(
    @CurrentCall() call: Call,
    @Body({ schema: listBodySchema }) body: ListBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const usernames = [...new Set(body.targets)];
    const taskId = await this.pushes.task(call, { kind: 'users', usernames }, body);
    return exactAnswer(call, reply, { taskId });
  }

  @Post('list/label')
  @HttpCode(200)
  @Answers('Push to the users who are on all of the labels, at once or later', { data: taskViewSchema })
  async label(
    @CurrentCall() call: Call,
    @Body({ schema: labelBodySchema }) body: LabelPushBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const taskId = await this.pushes.task(call, await this.pushes.labelled(call, body.targets), body);
    return exactAnswer(call, reply, { taskId });
  }

  @Post('task')
  @HttpCode(200)
  @Answers('Push to all users of the app, at once or later', { data: taskIdViewSchema })
  async task(
    @CurrentCall() call: Call,
    @Body({ schema: taskBodySchema }) body: TaskBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    return exactAnswer(call, reply, await this.pushes.task(call, { kind: 'all' }, body));
  }

  @Get('data/offline-push/begin/:begin/end/:end')
  @Answers('Statistics by day: not opened, always 403')
  statistics(
    @Param('begin', { schema: statisticsDaySchema }) _begin: string,
    @Param('end', { schema: statisticsDaySchema }) _end: string,
  ): never {
    throw new ApiError('statistics_unopened');
  }
}

function exactAnswer(call: Call, reply: FastifyReply, data: unknown): string {
  reply.type('application/json; charset=utf-8');
  return exactJson(envelope(call, { data }));
}

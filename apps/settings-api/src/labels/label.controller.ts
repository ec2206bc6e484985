import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiError, identifierSchema } from '#libs/contracts';
import { FactsStore, LabelStore, type Label, type LabelUser } from '#libs/database';
import { z } from 'zod';
import { CurrentCall, type Call } from '../http/call.ts';
import { envelope, type Envelope } from '../http/envelope.ts';
import { Answers } from '../openapi/answers.ts';
import {
  countedLabelSchema,
  foundLabelUserSchema,
  labelNameSchema,
  labelUserSchema,
  labelViewSchema,
  membershipSchema,
  newLabelSchema,
  pageQuerySchema,
  usernamesSchema,
  type NewLabel,
  type PageQuery,
  type Usernames,
} from './label.schemas.ts';
import { labelName } from './label-name.ts';

/** Push labels and the users they are on (Agora contract section 3.14). */
@Controller(':org/:app/push/label')
export class LabelController {
  constructor(
    private readonly labels: LabelStore,
    private readonly facts: FactsStore,
  ) {}

  @Post()
  @HttpCode(200)
  @Answers('Create a push label', { data: labelViewSchema })
  async create(@CurrentCall() call: Call, @Body({ schema: newLabelSchema }) body: NewLabel): Promise<Envelope> {
    const wanted = { ...(await labelName(this.facts, call, body.name)), description: body.description ?? '' };
    const created = await this.labels.create(call.app.id, wanted, call.startedAt);
    if (created === 'exists') throw new ApiError('label_exists', { label: body.name });
    if (created === 'limit') throw new ApiError('label_limit');
    return envelope(call, { data: labelView(created) });
  }

  @Get()
  @Answers('List the push labels of the app', { dataList: countedLabelSchema })
  async list(
    @CurrentCall() call: Call,
    @Query({ schema: pageQuerySchema }) { cursor, limit }: PageQuery,
  ): Promise<Envelope> {
    // One more than shown tells whether there is another page.
    const labels = await this.labels.list(call.app.id, cursor, limit + 1);
    return envelope(call, {
      data: labels.slice(0, limit).map((label) => ({ ...labelView(label), count: label.count })),
      ...next(labels, limit),
    });
  }

  @Get(':label')
  @Answers('Get a push label', { data: countedLabelSchema })
  async get(@CurrentCall() call: Call, @Param('label', { schema: labelNameSchema }) name: string): Promise<Envelope> {
    const label = await this.known(call, name);
    return envelope(call, { data: { ...labelView(label), count: label.count } });
  }

  @Delete(':label')
  @Answers('Delete a push label; its users stay', { data: z.literal('success') })
  async delete(
    @CurrentCall() call: Call,
    @Param('label', { schema: labelNameSchema }) name: string,
  ): Promise<Envelope> {
    const { id } = await this.known(call, name);
    if (!(await this.labels.delete(call.app.id, id))) throw new ApiError('label_unknown', { label: name });
    return envelope(call, { data: 'success' });
  }

  @Post(':label/user')
  @HttpCode(200)
  @Answers('Put users on a push label', { data: membershipSchema })
  async addUsers(
    @CurrentCall() call: Call,
    @Param('label', { schema: labelNameSchema }) name: string,
    @Body({ schema: usernamesSchema }) { usernames }: Usernames,
  ): Promise<Envelope> {
    const { id } = await this.known(call, name);
    const result = await this.labels.addUsers(call.app.id, id, usernames, call.startedAt);
    if (result === null) throw new ApiError('label_unknown', { label: name });
    const fail = [
      ...result.unknown.map((username) => [username, 'appUser not exists']),
      ...result.surplus.map((username) => [username, 'push label users exceeds the limit']),
    ];
    return envelope(call, { data: { success: result.added, fail: Object.fromEntries(fail) as unknown } });
  }

  @Delete(':label/user')
  @Answers('Take users off a push label', { data: membershipSchema })
  async removeUsers(
    @CurrentCall() call: Call,
    @Param('label', { schema: labelNameSchema }) name: string,
    @Body({ schema: usernamesSchema }) { usernames }: Usernames,
  ): Promise<Envelope> {
    const { id } = await this.known(call, name);
    const removed = new Set(await this.labels.removeUsers(call.app.id, id, usernames));
    const wanted = [...new Set(usernames)];
    const fail = wanted.filter((username) => !removed.has(username)).map((username) => [username, 'not on the label']);
    const success = wanted.filter((username) => removed.has(username));
    return envelope(call, { data: { success, fail: Object.fromEntries(fail) as unknown } });
  }

  @Get(':label/user')
  @Answers('List the users of a push label', { dataList: labelUserSchema })
  async users(
    @CurrentCall() call: Call,
    @Param('label', { schema: labelNameSchema }) name: string,
    @Query({ schema: pageQuerySchema }) { cursor, limit }: PageQuery,
  ): Promise<Envelope> {
    const { id } = await this.known(call, name);
    const users = await this.labels.users(id, cursor, limit + 1);
    return envelope(call, { data: users.slice(0, limit).map(labelUserView), ...next(users, limit) });
  }

  @Get(':label/user/:member')
  @Answers('Whether a user is on a push label', { data: foundLabelUserSchema })
  async user(
    @CurrentCall() call: Call,
    @Param('label', { schema: labelNameSchema }) name: string,
    @Param('member', { schema: identifierSchema.meta({ examples: ['u1'] }) }) member: string,
  ): Promise<Envelope> {
    const { id } = await this.known(call, name);
    const user = await this.labels.user(call.app.id, id, member);
    return envelope(call, { data: user === null ? {} : labelUserView(user) });
  }

  private async known(call: Call, name: string): Promise<Label & { count: number }> {
    const label = await this.labels.find(call.app.id, await labelName(this.facts, call, name));
    if (label === null) throw new ApiError('label_unknown', { label: name });
    return label;
  }
}

function labelView({ name, description, createdAt }: Label): z.output<typeof labelViewSchema> {
  return { name, description, createdAt };
}

function labelUserView({ username, created }: LabelUser): z.output<typeof labelUserSchema> {
  return { username, created };
}

/** Where a list goes on behind the last one shown; nothing on the last page. */
function next(rows: readonly { id: number }[], limit: number): { cursor?: string } {
  const last = rows[limit - 1];
  return rows.length > limit && last !== undefined ? { cursor: String(last.id) } : {};
}

import { Body, Controller, Delete, Get, Param, Put } from '@nestjs/common';
import { ApiError } from '#libs/contracts';
import { GroupRepository, type ChatGroup } from '#libs/database';
import { CurrentCall, type Call } from '../http/call.ts';
import { envelope, type Envelope } from '../http/envelope.ts';
import { Answers } from '../openapi/answers.ts';
import { groupBodySchema, groupIdSchema, groupViewSchema, type GroupBody, type GroupView } from './group.schemas.ts';

/** Members of groups: whom a message that a server sends to a group is pushed to. */
@Controller(':org/:app/push/groups')
export class GroupController {
  constructor(private readonly groups: GroupRepository) {}

  @Put(':group')
  @Answers('Set the members of a group', { data: groupViewSchema })
  async put(
    @CurrentCall() call: Call,
    @Param('group', { schema: groupIdSchema }) group: string,
    @Body({ schema: groupBodySchema }) { members }: GroupBody,
  ): Promise<Envelope> {
    const stored = await this.groups.put(call.app.id, group, [...new Set(members)], new Date(call.startedAt));
    return envelope(call, { data: groupView(stored) });
  }

  @Get(':group')
  @Answers('Get the members of a group', { data: groupViewSchema })
  async get(@CurrentCall() call: Call, @Param('group', { schema: groupIdSchema }) group: string): Promise<Envelope> {
    const found = (await this.groups.findAll(call.app.id, [group])).get(group);
    return envelope(call, { data: groupView(known(found, group)) });
  }

  @Delete(':group')
  @Answers('Forget a group', { data: groupViewSchema })
  async delete(@CurrentCall() call: Call, @Param('group', { schema: groupIdSchema }) group: string): Promise<Envelope> {
    const deleted = await this.groups.delete(call.app.id, group);
    return envelope(call, { data: groupView(known(deleted, group)) });
  }
}

function known(found: ChatGroup | null | undefined, group: string): ChatGroup {
  if (found === null || found === undefined) throw new ApiError('group_not_found', { group });
  return found;
}

function groupView({ id, members, updatedAt }: ChatGroup): GroupView {
  return { group: id, members, modified: updatedAt.getTime() };
}

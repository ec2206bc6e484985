import { Body, Controller, Delete, Get, Param, Put } from '@nestjs/common';
import { ApiError } from '#libs/contracts';
import { UserRepository } from '#libs/database';
import { CurrentCall, type Call } from '../http/call.ts';
import { userEnvelope, type Envelope } from '../http/envelope.ts';
import { Answers } from '../openapi/answers.ts';
import { userEntity, userPatch } from './user-entity.ts';
import { userEntitySchema, usernameSchema, userPatchSchema, type UserPatchBody } from './user.schemas.ts';

@Controller(':org/:app/users/:username')
export class UserController {
  constructor(private readonly users: UserRepository) {}

  @Put()
  @Answers('Create a user, or change its push settings', { entities: userEntitySchema })
  async put(
    @CurrentCall() call: Call,
    @Param('username', { schema: usernameSchema }) username: string,
    @Body({ schema: userPatchSchema }) body: UserPatchBody,
  ): Promise<Envelope> {
    const user = await this.users.put(call.app.id, username, userPatch(body), new Date(call.startedAt));
    return userEnvelope(call, { entities: [userEntity(user)] });
  }

  @Get()
  @Answers('Get a user', { entities: userEntitySchema })
  async get(
    @CurrentCall() call: Call,
    @Param('username', { schema: usernameSchema }) username: string,
  ): Promise<Envelope> {
    const user = await this.users.find(call.app.id, username);
    if (user === null) throw new ApiError('user_not_found');
    return userEnvelope(call, { entities: [userEntity(user)], count: 1 });
  }

  @Delete()
  @Answers('Delete a user with devices and settings', { entities: userEntitySchema })
  async delete(
    @CurrentCall() call: Call,
    @Param('username', { schema: usernameSchema }) username: string,
  ): Promise<Envelope> {
    const user = await this.users.find(call.app.id, username);
    if (user === null || !(await this.users.delete(call.app.id, username))) throw new ApiError('user_not_found');
    return userEnvelope(call, { entities: [userEntity(user)] });
  }
}

import { Body, Controller, Delete, Get, Param, Put, UseGuards } from '@nestjs/common';
import { ApiError } from '#libs/contracts';
import { BindingRepository, FeatureRepository, UserRepository, type User } from '#libs/database';
import { hashPassword } from '../auth/password.ts';
import { Access } from '../http/access.ts';
import { CurrentCall, type Call } from '../http/call.ts';
import { userEnvelope, type Envelope } from '../http/envelope.ts';
import { Answers } from '../openapi/answers.ts';
import { createsUsers, WritableUserGuard } from './writable-user.guard.ts';
import { bindingChange, boundEntity, needsAdvancedFeatures, userEntity, userPatch } from './user-entity.ts';
import {
  userEntitySchema,
  usernameSchema,
  userPatchSchema,
  type UserEntity,
  type UserPatchBody,
} from './user.schemas.ts';

@Controller(':org/:app/users/:username')
export class UserController {
  constructor(
    private readonly users: UserRepository,
    private readonly bindings: BindingRepository,
    private readonly features: FeatureRepository,
  ) {}

  @Put()
  @UseGuards(WritableUserGuard)
  @Access({ by: 'user', limit: 'users' })
  @Answers('Create a user, or change its push settings', { entities: userEntitySchema })
  async put(
    @CurrentCall() call: Call,
    @Param('username', { schema: usernameSchema }) username: string,
    @Body({ schema: userPatchSchema }) body: UserPatchBody,
  ): Promise<Envelope> {
    checkOwnChange(call, body);
    if (needsAdvancedFeatures(body) && !(await this.features.isOn(call.app.id))) throw new ApiError('features_off');
    const user = await this.change(call, username, body);
    if (user === null) throw new ApiError('user_unknown');
    return userEnvelope(call, { entities: [await this.entity(user, bindingChange(body) !== null)] });
  }

  @Get()
  @Access({ by: 'user' })
  @Answers('Get a user', { entities: userEntitySchema })
  async get(
    @CurrentCall() call: Call,
    @Param('username', { schema: usernameSchema }) username: string,
  ): Promise<Envelope> {
    const user = await this.users.find(call.app.id, username);
    if (user === null) throw new ApiError('user_not_found');
    return userEnvelope(call, { entities: [await this.entity(user, true)], count: 1 });
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

  /** Null when there is no such user and the app's policy is not to create any. */
  private async change({ app, startedAt }: Call, username: string, body: UserPatchBody): Promise<User | null> {
    const [binding, now] = [bindingChange(body), new Date(startedAt)];
    const passwordHash = body.password === undefined ? undefined : await hashPassword(body.password);
    const patch = { ...userPatch(body), ...(passwordHash !== undefined && { passwordHash }) };
    const create = createsUsers(app);
    if (binding !== null) {
      return await this.bindings.changeWithUser({ appId: app.id, username, create }, patch, binding, now);
    }
    return await this.users[create ? 'put' : 'update'](app.id, username, patch, now);
  }

  private async entity(user: User, withBindings: boolean): Promise<UserEntity> {
    return { ...userEntity(user), ...boundEntity(await this.bindings.list(user.id), withBindings) };
  }
}

/** A user's own token changes its push settings; who may log in, and with what, is the app's to say (our choice). */
function checkOwnChange({ caller }: Call, { activated, password }: UserPatchBody): void {
  const isOwn = caller?.kind === 'user';
  if (isOwn && (activated !== undefined || password !== undefined)) throw new ApiError('token_forbidden');
}

import { Body, Controller, Get, Put, UseGuards } from '@nestjs/common';
import { ApiError } from '#libs/contracts';
import { BindingRepository, type Binding, type KnownUser } from '#libs/database';
import { Access } from '../http/access.ts';
import { CurrentCall, CurrentUser, type Call } from '../http/call.ts';
import { envelope, type Envelope } from '../http/envelope.ts';
import { Answers } from '../openapi/answers.ts';
import { KnownUserGuard } from '../users/known-user.guard.ts';
import { bindingBodySchema, bindingViewSchema, type BindingBody, type BindingView } from './binding.schemas.ts';

/** Devices' tokens in the words of the Agora dialect (Agora contract section 3.9). */
@Controller(':org/:app/users/:username/push/binding')
@UseGuards(KnownUserGuard)
export class BindingController {
  constructor(private readonly bindings: BindingRepository) {}

  @Put()
  @Access({ by: 'user', limit: 'binding.put' })
  @Answers('Bind a device to a notifier, or unbind it; answers with the bindings of the device', {
    entities: bindingViewSchema,
  })
  async put(
    @CurrentCall() call: Call,
    @CurrentUser() user: KnownUser,
    @Body({ schema: bindingBodySchema }) body: BindingBody,
  ): Promise<Envelope> {
    const change = { deviceId: body.device_id, credential: body.notifier_name, token: body.device_token };
    const owner = { appId: call.app.id, userId: user.id };
    if (!(await this.bindings.change(owner, change, new Date(call.startedAt)))) throw new ApiError('user_unknown');
    return envelope(call, { entities: views(await this.bindings.list(user.id, change.deviceId)) });
  }

  @Get()
  @Access({ by: 'user', limit: 'binding.get' })
  @Answers('List the bindings of all devices of a user', { entities: bindingViewSchema })
  async list(@CurrentCall() call: Call, @CurrentUser() user: KnownUser): Promise<Envelope> {
    return envelope(call, { entities: views(await this.bindings.list(user.id)) });
  }
}

function views(bindings: readonly Binding[]): BindingView[] {
  return bindings.map(({ deviceId, token, credential }) => ({
    device_id: deviceId,
    device_token: token,
    notifier_name: credential,
  }));
}

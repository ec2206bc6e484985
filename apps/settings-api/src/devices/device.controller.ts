import { Body, Controller, Delete, Get, Param, Put, UseGuards } from '@nestjs/common';
import { ApiError } from '#libs/contracts';
import { CredentialRepository, DeviceRepository, type DeviceWithTokens, type KnownUser } from '#libs/database';
import { CurrentCall, CurrentUser, type Call } from '../http/call.ts';
import { userEnvelope, type Envelope } from '../http/envelope.ts';
import { Answers } from '../openapi/answers.ts';
import { KnownUserGuard } from '../users/known-user.guard.ts';
import { deviceView, type VendorByCredential } from './device-view.ts';
import {
  deviceBodySchema,
  deviceIdSchema,
  deviceViewSchema,
  presenceBodySchema,
  tokenCredentialSchema,
  type DeviceBody,
  type PresenceBody,
} from './device.schemas.ts';

/** Devices of a user: their tokens and their presence. */
@Controller(':org/:app/users/:username/devices')
@UseGuards(KnownUserGuard)
export class DeviceController {
  constructor(
    private readonly devices: DeviceRepository,
    private readonly credentials: CredentialRepository,
  ) {}

  @Get()
  @Answers('List the devices of a user', { dataList: deviceViewSchema })
  async list(@CurrentCall() call: Call, @CurrentUser() user: KnownUser): Promise<Envelope> {
    const devices = await this.devices.list(user.id);
    const shownWith = { vendors: await this.vendors(call), now: call.startedAt };
    return userEnvelope(call, { data: devices.map((device) => deviceView(device, shownWith)) });
  }

  @Put(':deviceId')
  @Answers('Register a device and its token with a credential, or all its tokens', { data: deviceViewSchema })
  async put(
    @CurrentCall() call: Call,
    @CurrentUser() user: KnownUser,
    @Param('deviceId', { schema: deviceIdSchema }) deviceId: string,
    @Body({ schema: deviceBodySchema }) body: DeviceBody,
  ): Promise<Envelope> {
    const vendors = await this.vendors(call);
    checkCredentials(body, vendors);
    const owner = { appId: call.app.id, userId: user.id };
    const now = new Date(call.startedAt);
    const locale = body.locale !== undefined && { locale: body.locale };
    const device =
      'tokens' in body
        ? await this.devices.putTokens(owner, deviceId, { tokens: body.tokens, ...locale }, now)
        : await this.devices.put(owner, deviceId, { credential: body.credential, token: body.token, ...locale }, now);
    if (device === null) throw new ApiError('user_unknown');
    return userEnvelope(call, { data: deviceView(device, { vendors, now: call.startedAt }) });
  }

  @Get(':deviceId')
  @Answers('Get a device', { data: deviceViewSchema })
  async get(
    @CurrentCall() call: Call,
    @CurrentUser() user: KnownUser,
    @Param('deviceId', { schema: deviceIdSchema }) deviceId: string,
  ): Promise<Envelope> {
    const device = await this.devices.find(user.id, deviceId);
    if (device === null) throw new ApiError('device_not_found', { device: deviceId });
    return await this.answer(call, device);
  }

  @Delete(':deviceId')
  @Answers('Forget a device with its tokens', { data: deviceViewSchema })
  async delete(
    @CurrentCall() call: Call,
    @CurrentUser() user: KnownUser,
    @Param('deviceId', { schema: deviceIdSchema }) deviceId: string,
  ): Promise<Envelope> {
    const device = await this.devices.find(user.id, deviceId);
    if (device === null || !(await this.devices.delete(user.id, deviceId))) {
      throw new ApiError('device_not_found', { device: deviceId });
    }
    return await this.answer(call, device);
  }

  @Delete(':deviceId/tokens/:credential')
  @Answers("Forget a device's token with a credential", { data: deviceViewSchema })
  async deleteToken(
    @CurrentCall() call: Call,
    @CurrentUser() user: KnownUser,
    @Param('deviceId', { schema: deviceIdSchema }) deviceId: string,
    @Param('credential', { schema: tokenCredentialSchema }) credential: string,
  ): Promise<Envelope> {
    const deleted = await this.devices.deleteToken(user.id, deviceId, credential);
    const device = await this.devices.find(user.id, deviceId);
    if (device === null) throw new ApiError('device_not_found', { device: deviceId });
    if (!deleted) throw new ApiError('device_token_not_found', { credential });
    return await this.answer(call, device);
  }

  @Put(':deviceId/presence')
  @Answers('Report whether the device shows the app, and its unread count', { data: deviceViewSchema })
  async putPresence(
    @CurrentCall() call: Call,
    @CurrentUser() user: KnownUser,
    @Param('deviceId', { schema: deviceIdSchema }) deviceId: string,
    @Body({ schema: presenceBodySchema }) { state, unreadCount }: PresenceBody,
  ): Promise<Envelope> {
    const report = { presence: state, ...(unreadCount !== undefined && { unread: unreadCount }) };
    const device = await this.devices.setPresence(user.id, deviceId, report, new Date(call.startedAt));
    if (device === null) throw new ApiError('device_not_found', { device: deviceId });
    return await this.answer(call, device);
  }

  private async answer(call: Call, device: DeviceWithTokens): Promise<Envelope> {
    const vendors = await this.vendors(call);
    return userEnvelope(call, { data: deviceView(device, { vendors, now: call.startedAt }) });
  }

  private async vendors(call: Call): Promise<VendorByCredential> {
    const credentials = await this.credentials.list(call.app.id);
    return new Map(credentials.map(({ name, vendor }) => [name, vendor]));
  }
}

/** Every token is of a credential that the app has. */
function checkCredentials(body: DeviceBody, vendors: VendorByCredential): void {
  const refuse = (parameter: string): ApiError => new ApiError('parameter_invalid', { parameter });
  if ('tokens' in body) {
    const unknown = body.tokens.findIndex(({ credential }) => !vendors.has(credential));
    if (unknown !== -1) throw refuse(`tokens.${unknown}.credential`);
    return;
  }
  const registered = vendors.get(body.credential);
  if (registered === undefined) throw refuse('credential');
  if (body.vendor !== undefined && body.vendor !== registered) throw refuse('vendor');
}

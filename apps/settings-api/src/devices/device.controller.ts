import { Body, Controller, Delete, Get, Param, Put, UseGuards } from '@nestjs/common';
import { ApiError } from '#libs/contracts';
import { CredentialRepository, DeviceRepository, type User } from '#libs/database';
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
  async list(@CurrentCall() call: Call, @CurrentUser() user: User): Promise<Envelope> {
    const devices = await this.devices.list(user.id);
    const vendors = await this.vendors(call);
    return userEnvelope(call, { data: devices.map((device) => deviceView(device, vendors)) });
  }

  @Put(':deviceId')
  @Answers('Register a device and its token with a credential', { data: deviceViewSchema })
  async put(
    @CurrentCall() call: Call,
    @CurrentUser() user: User,
    @Param('deviceId', { schema: deviceIdSchema }) deviceId: string,
    @Body({ schema: deviceBodySchema }) { credential, token, locale, vendor }: DeviceBody,
  ): Promise<Envelope> {
    const vendors = await this.vendors(call);
    const registered = vendors.get(credential);
    if (registered === undefined) throw new ApiError('parameter_invalid', { parameter: 'credential' });
    if (vendor !== undefined && vendor !== registered) throw new ApiError('parameter_invalid', { parameter: 'vendor' });
    const device = await this.devices.put(
      { appId: call.app.id, userId: user.id },
      deviceId,
      { credential, token, ...(locale !== undefined && { locale }) },
      new Date(call.startedAt),
    );
    if (device === null) throw new ApiError('user_unknown');
    return userEnvelope(call, { data: deviceView(device, vendors) });
  }

  @Get(':deviceId')
  @Answers('Get a device', { data: deviceViewSchema })
  async get(
    @CurrentCall() call: Call,
    @CurrentUser() user: User,
    @Param('deviceId', { schema: deviceIdSchema }) deviceId: string,
  ): Promise<Envelope> {
    const device = await this.devices.find(user.id, deviceId);
    if (device === null) throw new ApiError('device_not_found', { device: deviceId });
    return userEnvelope(call, { data: deviceView(device, await this.vendors(call)) });
  }

  @Delete(':deviceId')
  @Answers('Forget a device with its tokens', { data: deviceViewSchema })
  async delete(
    @CurrentCall() call: Call,
    @CurrentUser() user: User,
    @Param('deviceId', { schema: deviceIdSchema }) deviceId: string,
  ): Promise<Envelope> {
    const device = await this.devices.find(user.id, deviceId);
    if (device === null || !(await this.devices.delete(user.id, deviceId))) {
      throw new ApiError('device_not_found', { device: deviceId });
    }
    return userEnvelope(call, { data: deviceView(device, await this.vendors(call)) });
  }

  @Put(':deviceId/presence')
  @Answers('Report whether the device shows the app, and its unread count', { data: deviceViewSchema })
  async putPresence(
    @CurrentCall() call: Call,
    @CurrentUser() user: User,
    @Param('deviceId', { schema: deviceIdSchema }) deviceId: string,
    @Body({ schema: presenceBodySchema }) { state, unreadCount }: PresenceBody,
  ): Promise<Envelope> {
    const report = { presence: state, ...(unreadCount !== undefined && { unread: unreadCount }) };
    const device = await this.devices.setPresence(user.id, deviceId, report, new Date(call.startedAt));
    if (device === null) throw new ApiError('device_not_found', { device: deviceId });
    return userEnvelope(call, { data: deviceView(device, await this.vendors(call)) });
  }

  private async vendors(call: Call): Promise<VendorByCredential> {
    const credentials = await this.credentials.list(call.app.id);
    return new Map(credentials.map(({ name, vendor }) => [name, vendor]));
  }
}

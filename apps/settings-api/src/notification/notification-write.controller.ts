import { Body, Controller, Param, Put, UseInterceptors } from '@nestjs/common';
import { ApiError } from '#libs/contracts';
import { SettingsStore } from '#libs/database';
import type { z } from 'zod';
import { Access } from '../http/access.ts';
import { CurrentCall, type Call } from '../http/call.ts';
import { userEnvelope, type Envelope } from '../http/envelope.ts';
import { Answers } from '../openapi/answers.ts';
import { UserFirst } from '../users/user-first.interceptor.ts';
import { usernameSchema } from '../users/user.schemas.ts';
import { isAppLevel, settingsPatch, settingsView } from './notification-settings.ts';
import {
  chatTypeSchema,
  conversationKeySchema,
  notificationPatchSchema,
  notificationViewSchema,
  type NotificationPatchBody,
} from './notification.schemas.ts';

/** Sets mode and do-not-disturb of a user, with one statement: clients do that all the time. */
@Controller(':org/:app/users/:username/notification')
@UseInterceptors(UserFirst)
export class NotificationWriteController {
  constructor(private readonly settings: SettingsStore) {}

  @Put(':chattype/:key')
  @Access({ by: 'user', limit: 'settings.put' })
  @Answers('Set mode and do-not-disturb', { data: notificationViewSchema })
  async put(
    @CurrentCall() call: Call,
    @Param('username', { schema: usernameSchema }) username: string,
    @Param('chattype', { schema: chatTypeSchema }) chatType: z.output<typeof chatTypeSchema>,
    @Param('key', { schema: conversationKeySchema }) key: string,
    @Body({ schema: notificationPatchSchema }) body: NotificationPatchBody,
  ): Promise<Envelope> {
    const now = call.startedAt;
    const user = { appId: call.app.id, username };
    const appLevel = isAppLevel(username, chatType, key);
    const patch = settingsPatch(body, appLevel, now);
    const stored = appLevel
      ? await this.settings.putAppLevel(user, patch, now)
      : await this.settings.putConversation(user, { chatType, key }, patch);
    // Or the app's features are off: the interceptor tells which.
    if (stored === null) throw new ApiError('user_unknown');
    return userEnvelope(call, { data: settingsView(stored, appLevel, now) });
  }
}

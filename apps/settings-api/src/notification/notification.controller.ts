import { Body, Controller, Get, Param, Put, UseGuards } from '@nestjs/common';
import { ApiError } from '#libs/contracts';
import { ConversationRepository, UserRepository, type User } from '#libs/database';
import type { z } from 'zod';
import { CurrentCall, CurrentUser, type Call } from '../http/call.ts';
import { userEnvelope, type Envelope } from '../http/envelope.ts';
import { Answers } from '../openapi/answers.ts';
import { KnownUserGuard } from '../users/known-user.guard.ts';
import { settingsPatch, settingsView } from './notification-settings.ts';
import {
  chatTypeSchema,
  conversationKeySchema,
  languageBodySchema,
  languageViewSchema,
  notificationPatchSchema,
  notificationViewSchema,
  type NotificationPatchBody,
} from './notification.schemas.ts';

type ChatType = z.output<typeof chatTypeSchema>;

/** Push settings of a user: at app level (the conversation with oneself) and per conversation. */
@Controller(':org/:app/users/:username/notification')
@UseGuards(KnownUserGuard)
export class NotificationController {
  constructor(
    private readonly users: UserRepository,
    private readonly conversations: ConversationRepository,
  ) {}

  @Put('language')
  @Answers('Set the preferred language of pushes', { data: languageViewSchema })
  async putLanguage(
    @CurrentCall() call: Call,
    @CurrentUser() user: User,
    @Body({ schema: languageBodySchema }) body: z.output<typeof languageBodySchema>,
  ): Promise<Envelope> {
    const patch = { language: body.translationLanguage };
    const changed = await this.users.update(call.app.id, user.username, patch, new Date(call.startedAt));
    if (changed === null) throw new ApiError('user_unknown');
    return userEnvelope(call, { data: { language: changed.language } });
  }

  @Get('language')
  @Answers('Get the preferred language of pushes', { data: languageViewSchema })
  getLanguage(@CurrentCall() call: Call, @CurrentUser() user: User): Envelope {
    return userEnvelope(call, { data: { language: user.language } });
  }

  @Put(':chattype/:key')
  @Answers('Set mode and do-not-disturb', { data: notificationViewSchema })
  async put(
    @CurrentCall() call: Call,
    @CurrentUser() user: User,
    @Param('chattype', { schema: chatTypeSchema }) chatType: ChatType,
    @Param('key', { schema: conversationKeySchema }) key: string,
    @Body({ schema: notificationPatchSchema }) body: NotificationPatchBody,
  ): Promise<Envelope> {
    const now = call.startedAt;
    const appLevel = isAppLevel(user, chatType, key);
    const patch = settingsPatch(body, appLevel, now);
    const stored = appLevel
      ? await this.users.update(call.app.id, user.username, patch, new Date(now))
      : await this.conversations.put({ userId: user.id, chatType, key }, patch);
    if (stored === null) throw new ApiError('user_unknown');
    return userEnvelope(call, { data: settingsView(stored, appLevel, now) });
  }

  @Get(':chattype/:key')
  @Answers('Get mode and do-not-disturb', { data: notificationViewSchema })
  async get(
    @CurrentCall() call: Call,
    @CurrentUser() user: User,
    @Param('chattype', { schema: chatTypeSchema }) chatType: ChatType,
    @Param('key', { schema: conversationKeySchema }) key: string,
  ): Promise<Envelope> {
    const appLevel = isAppLevel(user, chatType, key);
    const stored = appLevel ? user : await this.conversations.find({ userId: user.id, chatType, key });
    return userEnvelope(call, { data: settingsView(stored, appLevel, call.startedAt) });
  }
}

function isAppLevel(user: User, chatType: ChatType, key: string): boolean {
  return chatType === 'user' && key === user.username;
}

import { Controller, Get, Param, Post, Query, UseGuards } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import { ApiError } from '#libs/contracts';
import { SettingsStore, type KnownUser } from '#libs/database';
import type { z } from 'zod';
import { AdvancedFeaturesGuard } from '../features/advanced-features.guard.ts';
import { Access } from '../http/access.ts';
import { CurrentCall, CurrentUser, type Call } from '../http/call.ts';
import { userEnvelope, type Envelope } from '../http/envelope.ts';
import { Answers } from '../openapi/answers.ts';
import { KnownUserGuard } from '../users/known-user.guard.ts';
import {
  conversationsQuerySchema,
  cursorAfter,
  modesQuerySchema,
  type ConversationsQuery,
  type ModesQuery,
} from './conversation-queries.ts';
import { hasOwnSettings, isAppLevel, settingsView } from './notification-settings.ts';
import {
  chatTypeSchema,
  conversationKeySchema,
  conversationModeSchema,
  conversationsViewSchema,
  notificationViewSchema,
  type ConversationMode,
  type NotificationView,
} from './notification.schemas.ts';

type ChatType = z.output<typeof chatTypeSchema>;

/** Reads mode and do-not-disturb of a user: at app level (the conversation with oneself) and per conversation. */
@Controller(':org/:app/users/:username/notification')
@UseGuards(KnownUserGuard, AdvancedFeaturesGuard)
export class NotificationController {
  constructor(private readonly settings: SettingsStore) {}

  @Get()
  @Access({ by: 'user' })
  @Answers('Get the settings of up to 20 conversations, without those that inherit', { data: conversationsViewSchema })
  async list(
    @CurrentCall() call: Call,
    @CurrentUser() user: KnownUser,
    @Query({ schema: conversationsQuerySchema }) asked: ConversationsQuery,
  ): Promise<Envelope> {
    const now = call.startedAt;
    const stored = await this.settings.ofConversations(user.id, [
      ...asked.user.map((key) => ({ chatType: 'user' as const, key })),
      ...asked.group.map((key) => ({ chatType: 'chatgroup' as const, key })),
    ]);
    const views = (chatType: ChatType): [string, NotificationView][] =>
      stored
        .filter((settings) => settings.chatType === chatType && hasOwnSettings(settings, now))
        .map((settings) => [settings.key, settingsView(settings, false, now)]);
    const ownLevel: [string, NotificationView][] =
      asked.user.includes(user.username) && hasOwnSettings(user, now)
        ? [[user.username, settingsView(user, true, now)]]
        : [];
    const data = {
      user: Object.fromEntries([...views('user'), ...ownLevel]),
      group: Object.fromEntries(views('chatgroup')),
    };
    return userEnvelope(call, { data });
  }

  @Get('mute/type')
  @Access({ by: 'user' })
  @Answers('List the conversations that have a mode of their own', { dataList: conversationModeSchema })
  async listModes(
    @CurrentCall() call: Call,
    @CurrentUser() user: KnownUser,
    @Query({ schema: modesQuerySchema }) { limit, cursor }: ModesQuery,
  ): Promise<Envelope> {
    const found = await this.settings.modes(user.id, cursor, limit + 1);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return userEnvelope(call, {
      data: page.map(({ chatType, key, mode }): ConversationMode =>
        chatType === 'user' ? { user: key, value: mode } : { group: key, value: mode },
      ),
      ...(found.length > limit && last !== undefined && { cursor: cursorAfter(last) }),
    });
  }

  /** One source speaks of this call; it is no path until another does (Agora contract section 3.12). */
  @Post('conversations/paginated')
  @ApiExcludeEndpoint()
  paginated(): never {
    throw new ApiError('path_unknown');
  }

  @Get(':chattype/:key')
  @Access({ by: 'user', limit: 'settings.get' })
  @Answers('Get mode and do-not-disturb', { data: notificationViewSchema })
  async get(
    @CurrentCall() call: Call,
    @CurrentUser() user: KnownUser,
    @Param('chattype', { schema: chatTypeSchema }) chatType: ChatType,
    @Param('key', { schema: conversationKeySchema }) key: string,
  ): Promise<Envelope> {
    const appLevel = isAppLevel(user.username, chatType, key);
    const stored = appLevel ? user : (await this.settings.ofConversations(user.id, [{ chatType, key }])).at(0);
    return userEnvelope(call, { data: settingsView(stored ?? null, appLevel, call.startedAt) });
  }
}

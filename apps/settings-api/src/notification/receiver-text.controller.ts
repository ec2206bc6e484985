import { Body, Controller, Get, Put, UseGuards } from '@nestjs/common';
import { ApiError } from '#libs/contracts';
import { SettingsStore, type KnownUser } from '#libs/database';
import type { z } from 'zod';
import { AdvancedFeaturesGuard } from '../features/advanced-features.guard.ts';
import { Access } from '../http/access.ts';
import { CurrentCall, CurrentUser, type Call } from '../http/call.ts';
import { pathEnvelope, userEnvelope, type Envelope } from '../http/envelope.ts';
import { Answers } from '../openapi/answers.ts';
import { KnownUserGuard } from '../users/known-user.guard.ts';
import {
  languageBodySchema,
  languageViewSchema,
  receiverTemplateBodySchema,
  receiverTemplateViewSchema,
} from './notification.schemas.ts';

/** In which words a user is pushed to: the language, and a template of the receiver's own. */
@Controller(':org/:app/users/:username/notification')
@UseGuards(KnownUserGuard)
export class ReceiverTextController {
  constructor(private readonly settings: SettingsStore) {}

  @Put('language')
  @Access({ by: 'user', limit: 'language.put' })
  @Answers('Set the preferred language of pushes', { data: languageViewSchema })
  async putLanguage(
    @CurrentCall() call: Call,
    @CurrentUser() user: KnownUser,
    @Body({ schema: languageBodySchema }) { translationLanguage: language }: z.output<typeof languageBodySchema>,
  ): Promise<Envelope> {
    if (!(await this.settings.putLanguage(user.id, language, call.startedAt))) throw new ApiError('user_unknown');
    return userEnvelope(call, { data: { language } });
  }

  @Get('language')
  @Access({ by: 'user', limit: 'language.get' })
  @Answers('Get the preferred language of pushes', { data: languageViewSchema })
  getLanguage(@CurrentCall() call: Call, @CurrentUser() user: KnownUser): Envelope {
    return userEnvelope(call, { data: { language: user.language } });
  }

  @Put('template')
  @UseGuards(AdvancedFeaturesGuard)
  @Access({ by: 'user', limit: 'receiver-template.put' })
  @Answers("Set the receiver's own template", { data: receiverTemplateViewSchema })
  async putTemplate(
    @CurrentCall() call: Call,
    @CurrentUser() user: KnownUser,
    @Body({ schema: receiverTemplateBodySchema }) { templateName }: z.output<typeof receiverTemplateBodySchema>,
  ): Promise<Envelope> {
    const name = templateName === '' ? null : templateName;
    if (!(await this.settings.putTemplate(user.id, name, call.startedAt))) throw new ApiError('user_unknown');
    return pathEnvelope(call, '/users', { data: { templateName } });
  }

  @Get('template')
  @UseGuards(AdvancedFeaturesGuard)
  @Access({ by: 'user', limit: 'receiver-template.get' })
  @Answers("Get the receiver's own template", { data: receiverTemplateViewSchema })
  getTemplate(@CurrentCall() call: Call, @CurrentUser() user: KnownUser): Envelope {
    return pathEnvelope(call, '/users', { data: { templateName: user.templateName ?? '' } });
  }
}

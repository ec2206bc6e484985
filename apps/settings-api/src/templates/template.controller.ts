import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, UseGuards } from '@nestjs/common';
import { ApiError } from '#libs/contracts';
import { TemplateRepository, type PushTemplate } from '#libs/database';
import { AdvancedFeaturesGuard } from '../features/advanced-features.guard.ts';
import { Access } from '../http/access.ts';
import { CurrentCall, type Call } from '../http/call.ts';
import { envelope, type Envelope } from '../http/envelope.ts';
import { Answers } from '../openapi/answers.ts';
import {
  templateBodySchema,
  templateNameSchema,
  templatePatchSchema,
  templateViewSchema,
  type TemplateBody,
  type TemplatePatchBody,
  type TemplateView,
} from './template.schemas.ts';

/** An app's templates. */
@Controller(':org/:app/notification/template')
@UseGuards(AdvancedFeaturesGuard)
export class TemplateController {
  constructor(private readonly templates: TemplateRepository) {}

  @Post()
  @HttpCode(200)
  @Access({ limit: 'template.create' })
  @Answers('Create a template', { data: templateViewSchema })
  async create(@CurrentCall() call: Call, @Body({ schema: templateBodySchema }) body: TemplateBody): Promise<Envelope> {
    const created = await this.templates.create(
      call.app.id,
      { name: body.name, titlePattern: body.title_pattern, contentPattern: body.content_pattern },
      new Date(call.startedAt),
    );
    if (created === null) throw new ApiError('template_exists', { template: body.name });
    return envelope(call, { data: templateView(created) });
  }

  @Get(':name')
  @Access({ limit: 'template.get' })
  @Answers('Get a template', { data: templateViewSchema })
  async get(@CurrentCall() call: Call, @Param('name', { schema: templateNameSchema }) name: string): Promise<Envelope> {
    const template = await this.templates.find(call.app.id, name);
    if (template === null) throw new ApiError('template_unknown', { template: name });
    return envelope(call, { data: templateView(template) });
  }

  @Put(':name')
  @Access({ limit: 'template.change' })
  @Answers('Change the patterns of a template', { data: templateViewSchema })
  async change(
    @CurrentCall() call: Call,
    @Param('name', { schema: templateNameSchema }) name: string,
    @Body({ schema: templatePatchSchema }) { title_pattern: title, content_pattern: content }: TemplatePatchBody,
  ): Promise<Envelope> {
    const patterns = {
      ...(typeof title === 'string' && { titlePattern: title }),
      ...(typeof content === 'string' && { contentPattern: content }),
    };
    const template = await this.templates.update(call.app.id, name, patterns, new Date(call.startedAt));
    if (template === null) throw new ApiError('template_unknown', { template: name });
    return envelope(call, { data: templateView(template) });
  }

  @Delete(':name')
  @Access({ limit: 'template.delete' })
  @Answers('Delete a template', { data: templateViewSchema })
  async delete(
    @CurrentCall() call: Call,
    @Param('name', { schema: templateNameSchema }) name: string,
  ): Promise<Envelope> {
    const template = await this.templates.delete(call.app.id, name);
    if (template === null) throw new ApiError('template_unknown', { template: name });
    return envelope(call, { data: templateView(template) });
  }
}

function templateView(template: PushTemplate): TemplateView {
  return {
    name: template.name,
    createAt: template.createdAt.getTime(),
    updateAt: template.updatedAt.getTime(),
    title_pattern: template.titlePattern,
    content_pattern: template.contentPattern,
  };
}

import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiError } from '#libs/contracts';
import { TemplateRepository, type PushTemplate } from '#libs/database';
import { CurrentCall, type Call } from '../http/call.ts';
import { envelope, type Envelope } from '../http/envelope.ts';
import { Answers } from '../openapi/answers.ts';
import {
  templateBodySchema,
  templateNameSchema,
  templateViewSchema,
  type TemplateBody,
  type TemplateView,
} from './template.schemas.ts';

/** An app's templates. */
@Controller(':org/:app/notification/template')
export class TemplateController {
  constructor(private readonly templates: TemplateRepository) {}

  @Post()
  @HttpCode(200)
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
  @Answers('Get a template', { data: templateViewSchema })
  async get(@CurrentCall() call: Call, @Param('name', { schema: templateNameSchema }) name: string): Promise<Envelope> {
    const template = await this.templates.find(call.app.id, name);
    if (template === null) throw new ApiError('template_unknown', { template: name });
    return envelope(call, { data: templateView(template) });
  }

  @Delete(':name')
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

import { Body, Controller, Headers, HttpCode, Post } from '@nestjs/common';
import { ApiError } from '#libs/contracts';
import { Access } from '../http/access.ts';
import { CurrentCall, type Call } from '../http/call.ts';
import { Answers } from '../openapi/answers.ts';
import { TokenGrants } from './token-grants.ts';
import { tokenAnswerSchema, tokenBodySchema, type TokenAnswer, type TokenBody } from './token.schemas.ts';

/** Where servers and users of an app log in. The answer has no envelope (Agora contract section 1.3.1). */
@Controller(':org/:app/token')
export class TokenController {
  constructor(private readonly grants: TokenGrants) {}

  @Post()
  @HttpCode(200)
  @Access({ by: 'anyone', limit: 'token' })
  @Answers('Get a token', { bare: tokenAnswerSchema })
  async create(
    @CurrentCall() call: Call,
    @Body({ schema: tokenBodySchema }) body: TokenBody,
    @Headers('authorization') authorization: string | undefined,
  ): Promise<TokenAnswer> {
    const answer = await this.grants.grant(call.app.id, body, authorization, new Date(call.startedAt));
    if (answer !== null) return answer;
    const app = `${call.app.organization}/${call.app.name}`;
    throw new ApiError('app_not_found', { app, uri: `${app}/${call.resource}` });
  }
}

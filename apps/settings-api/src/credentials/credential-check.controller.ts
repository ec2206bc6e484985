import { Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiError, worstOf } from '#libs/contracts';
import { CredentialRepository, CredentialStore } from '#libs/database';
import { CurrentCall, type Call } from '../http/call.ts';
import { envelope, type Envelope } from '../http/envelope.ts';
import { Answers } from '../openapi/answers.ts';
import { credentialCheckSchema, type CredentialCheckView } from './credential-check.schemas.ts';
import { CredentialChecks } from './credential-checks.ts';
import { credentialNameSchema } from './credential.schemas.ts';

/** Asks the vendor whether a credential works, without a push. */
@Controller(':org/:app/push/credentials')
export class CredentialCheckController {
  constructor(
    private readonly credentials: CredentialRepository,
    private readonly opened: CredentialStore,
    private readonly checks: CredentialChecks,
  ) {}

  @Post(':name/check')
  @HttpCode(200)
  @Answers('Check a credential with its vendor, without a push', { data: credentialCheckSchema })
  async check(
    @CurrentCall() call: Call,
    @Param('name', { schema: credentialNameSchema }) name: string,
  ): Promise<Envelope> {
    const credential = await this.credentials.find(call.app.id, name);
    const [opened] = credential === null ? [] : await this.opened.open(call.app.id, [credential.id]);
    if (opened === undefined) throw new ApiError('credential_not_found', { credential: name });
    const findings = await this.checks.check(opened);
    const { vendor, disabled } = opened;
    const data: CredentialCheckView = { name, vendor, disabled, verdict: worstOf(findings), findings: [...findings] };
    return envelope(call, { data });
  }
}

import { Controller, HttpCode, Param, Post } from '@nestjs/common';
import { worstOf } from '#libs/contracts';
import { CredentialRepository, CredentialStore } from '#libs/database';
import { Access } from '../http/access.ts';
import { CurrentCall, type Call } from '../http/call.ts';
import { envelope, type Envelope } from '../http/envelope.ts';
import { Answers } from '../openapi/answers.ts';
import { credentialCheckSchema, type CredentialCheckView } from './credential-check.schemas.ts';
import { CredentialChecks } from './credential-checks.ts';
import { credentialNameSchema } from './credential.schemas.ts';
import { openByName } from './open-by-name.ts';

/** Asks the vendor whether a credential works, without a push. */
@Controller(':org/:app/push/credentials')
export class CredentialCheckController {
  constructor(
    private readonly credentials: CredentialRepository,
    private readonly store: CredentialStore,
    private readonly checks: CredentialChecks,
  ) {}

  @Post(':name/check')
  @HttpCode(200)
  @Access({ limit: 'credential.check' })
  @Answers('Check a credential with its vendor, without a push', { data: credentialCheckSchema })
  async check(
    @CurrentCall() call: Call,
    @Param('name', { schema: credentialNameSchema }) name: string,
  ): Promise<Envelope> {
    const { credentials, store } = this;
    const opened = await openByName({ credentials, store }, call.app.id, name);
    const findings = await this.checks.check(call.app.id, opened);
    const { vendor, disabled } = opened;
    const data: CredentialCheckView = { name, vendor, disabled, verdict: worstOf(findings), findings: [...findings] };
    return envelope(call, { data });
  }
}

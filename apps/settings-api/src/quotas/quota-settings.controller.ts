import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiError, quotaSettingsSchema, type QuotaSettings } from '#libs/contracts';
import { CredentialRepository, CredentialStore, QuotaSettingsStore, type OpenedCredential } from '#libs/database';
import { credentialNameSchema } from '../credentials/credential.schemas.ts';
import { openByName } from '../credentials/open-by-name.ts';
import { CurrentCall, type Call } from '../http/call.ts';
import { envelope, type Envelope } from '../http/envelope.ts';
import { Answers } from '../openapi/answers.ts';
import { checkQuotaSettings, daysUnder } from './quota-settings.ts';
import { quotaSettingsBodySchema } from './quota.schemas.ts';

/** What the operator says of a credential's quotas. */
@Controller(':org/:app/push/credentials/:name/quota')
export class QuotaSettingsController {
  constructor(
    private readonly credentials: CredentialRepository,
    private readonly store: CredentialStore,
    private readonly settings: QuotaSettingsStore,
  ) {}

  @Get()
  @Answers('Get the quota settings of a credential, with all defaults', { data: quotaSettingsSchema })
  async get(
    @CurrentCall() call: Call,
    @Param('name', { schema: credentialNameSchema }) name: string,
  ): Promise<Envelope> {
    return envelope(call, { data: (await this.open(call, name)).quota });
  }

  @Put()
  @Answers('Replace the quota settings of a credential', { data: quotaSettingsSchema })
  async put(
    @CurrentCall() call: Call,
    @Param('name', { schema: credentialNameSchema }) name: string,
    @Body({ schema: quotaSettingsBodySchema }) body: QuotaSettings,
  ): Promise<Envelope> {
    const opened = await this.open(call, name);
    checkQuotaSettings(body, opened);
    const now = call.startedAt;
    const isStored = await this.settings.put(call.app.id, opened, body, daysUnder(body, opened, now), now);
    if (!isStored) throw new ApiError('credential_not_found', { credential: name });
    return envelope(call, { data: body });
  }

  private async open({ app }: Call, name: string): Promise<OpenedCredential> {
    const { credentials, store } = this;
    return await openByName({ credentials, store }, app.id, name);
  }
}

import { Body, Controller, Delete, Get, Param, Put } from '@nestjs/common';
import { ApiError } from '#libs/contracts';
import { CredentialRepository, CredentialStore, type Credential } from '#libs/database';
import { vendorOf } from '#libs/vendors';
import { CurrentCall, type Call } from '../http/call.ts';
import { envelope, type Envelope } from '../http/envelope.ts';
import { Answers } from '../openapi/answers.ts';
import { credentialView, splitCredential } from './credential-fields.ts';
import {
  credentialBodySchema,
  credentialNameSchema,
  credentialViewSchema,
  type CredentialBody,
  type CredentialView,
} from './credential.schemas.ts';

/** An app's accounts with vendors. Secrets go in and never come back. */
@Controller(':org/:app/push/credentials')
export class CredentialController {
  constructor(
    private readonly credentials: CredentialRepository,
    private readonly opened: CredentialStore,
  ) {}

  @Get()
  @Answers('List the credentials of the app', { dataList: credentialViewSchema })
  async list(@CurrentCall() call: Call): Promise<Envelope> {
    return envelope(call, { data: await this.views(call, await this.credentials.list(call.app.id)) });
  }

  @Put(':name')
  @Answers('Create or replace a credential', { data: credentialViewSchema })
  async put(
    @CurrentCall() call: Call,
    @Param('name', { schema: credentialNameSchema }) name: string,
    @Body({ schema: credentialBodySchema }) body: CredentialBody,
  ): Promise<Envelope> {
    const { credential } = await this.credentials.put(
      call.app.id,
      name,
      { vendor: body.vendor, disabled: body.disabled ?? false, ...splitCredential(body) },
      new Date(call.startedAt),
    );
    return envelope(call, { data: (await this.views(call, [credential]))[0] });
  }

  @Get(':name')
  @Answers('Get a credential without its secrets', { data: credentialViewSchema })
  async get(
    @CurrentCall() call: Call,
    @Param('name', { schema: credentialNameSchema }) name: string,
  ): Promise<Envelope> {
    const credential = await this.credentials.find(call.app.id, name);
    if (credential === null) throw new ApiError('credential_not_found', { credential: name });
    return envelope(call, { data: (await this.views(call, [credential]))[0] });
  }

  @Delete(':name')
  @Answers('Delete a credential', { data: credentialViewSchema })
  async delete(
    @CurrentCall() call: Call,
    @Param('name', { schema: credentialNameSchema }) name: string,
  ): Promise<Envelope> {
    const credential = await this.credentials.find(call.app.id, name);
    if (credential === null) throw new ApiError('credential_not_found', { credential: name });
    const [view] = await this.views(call, [credential]);
    await this.credentials.delete(call.app.id, name);
    return envelope(call, { data: view });
  }

  /** Secrets are opened for the names of their fields only. */
  private async views(call: Call, credentials: readonly Credential[]): Promise<CredentialView[]> {
    const ids = credentials.map(({ id }) => id);
    const opened = new Map((await this.opened.open(call.app.id, ids)).map(({ id, fields }) => [id, fields]));
    return credentials.map((credential) => {
      const given = opened.get(credential.id) ?? {};
      const secrets = vendorOf(credential.vendor).secretFields.filter((field) => field in given);
      return credentialView(credential, secrets);
    });
  }
}

import { Controller, Get } from '@nestjs/common';
import { CredentialRepository } from '#libs/database';
import { CurrentCall, type Call } from '../http/call.ts';
import { envelope, type Envelope } from '../http/envelope.ts';
import { Answers } from '../openapi/answers.ts';
import { notifierSchema, notifierView } from './notifier-view.ts';

/** Credentials under the name and in the form of Agora's certificate store; they are changed at `push/credentials`. */
@Controller(':org/:app/notifiers')
export class NotifierController {
  constructor(private readonly credentials: CredentialRepository) {}

  @Get()
  @Answers('List the credentials of the app as Agora does', { entities: notifierSchema })
  async list(@CurrentCall() call: Call): Promise<Envelope> {
    const credentials = await this.credentials.list(call.app.id);
    return { ...envelope(call, { entities: credentials.map(notifierView) }), path: '/notifiers' };
  }
}

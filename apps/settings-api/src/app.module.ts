import { Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { APP_PIPE } from '@nestjs/core';
import type { Environment } from '#libs/config';
import {
  ConversationRepository,
  CredentialRepository,
  CredentialStore,
  DeviceRepository,
  FactsStore,
  SecretBox,
  StoryStore,
  TemplateRepository,
  UserRepository,
} from '#libs/database';
import { Evaluation } from '#libs/evaluation';
import type { Metrics } from '#libs/observability';
import { CredentialController } from './credentials/credential.controller.ts';
import { DeviceController } from './devices/device.controller.ts';
import { HealthController } from './health/health.controller.ts';
import { RequestPipe } from './http/request.pipe.ts';
import { DryRun } from './messages/dry-run.service.ts';
import { MessageController } from './messages/message.controller.ts';
import { NotificationController } from './notification/notification.controller.ts';
import { ReceiptController } from './receipts/receipt.controller.ts';
import { ReceiptDesk } from './receipts/receipt-desk.ts';
import { Resources } from './resources.ts';
import { TemplateController } from './templates/template.controller.ts';
import { UserController } from './users/user.controller.ts';

/** The HTTP API on resources that are open already; closes them when the application has stopped. */
@Module({})
export class AppModule implements OnApplicationShutdown {
  constructor(private readonly resources: Resources) {}

  static on(resources: Resources, environment: Environment, metrics: Metrics, receipts: ReceiptDesk): DynamicModule {
    const { dataSource, sql } = resources;
    const secretBox = new SecretBox(environment.SECRET_KEYS);
    const credentialStore = new CredentialStore(sql, secretBox);
    const instances: object[] = [
      resources,
      metrics,
      credentialStore,
      resources.intake,
      new ConversationRepository(dataSource),
      new CredentialRepository(dataSource, secretBox),
      new DeviceRepository(dataSource),
      new TemplateRepository(dataSource),
      new UserRepository(dataSource),
      new StoryStore(sql),
      receipts,
      new DryRun(new Evaluation(new FactsStore(sql)), credentialStore),
    ];
    return {
      module: AppModule,
      controllers: [
        CredentialController,
        DeviceController,
        HealthController,
        MessageController,
        NotificationController,
        ReceiptController,
        TemplateController,
        UserController,
      ],
      providers: [
        ...instances.map((instance) => ({ provide: instance.constructor, useValue: instance })),
        { provide: APP_PIPE, useClass: RequestPipe },
      ],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.resources.close();
  }
}

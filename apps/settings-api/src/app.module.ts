import { Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { APP_PIPE } from '@nestjs/core';
import type { Environment } from '#libs/config';
import {
  AppLoginRepository,
  AppTokenRepository,
  BindingRepository,
  CredentialRepository,
  CredentialStore,
  DeviceRepository,
  FactsStore,
  FeatureRepository,
  GroupRepository,
  LabelStore,
  PushTaskStore,
  QuotaReportStore,
  QuotaSettingsStore,
  SecretBox,
  SettingsStore,
  StoryStore,
  TemplateRepository,
  UserRepository,
} from '#libs/database';
import { Evaluation } from '#libs/evaluation';
import type { Metrics } from '#libs/observability';
import type { Callers } from './auth/callers.ts';
import { TokenController } from './auth/token.controller.ts';
import { TokenGrants } from './auth/token-grants.ts';
import { BindingController } from './bindings/binding.controller.ts';
import { AdvancedFeaturesGuard } from './features/advanced-features.guard.ts';
import { KnownUserGuard } from './users/known-user.guard.ts';
import { CredentialCheckController } from './credentials/credential-check.controller.ts';
import type { CredentialChecks } from './credentials/credential-checks.ts';
import { CredentialController } from './credentials/credential.controller.ts';
import { DeviceController } from './devices/device.controller.ts';
import { HealthController } from './health/health.controller.ts';
import { FeatureController } from './features/feature.controller.ts';
import { GroupController } from './groups/group.controller.ts';
import { RequestPipe } from './http/request.pipe.ts';
import { LabelController } from './labels/label.controller.ts';
import { DryRun } from './messages/dry-run.service.ts';
import { MessageController } from './messages/message.controller.ts';
import { SentMessageController } from './messages/sent-message.controller.ts';
import { NotificationController } from './notification/notification.controller.ts';
import { NotificationWriteController } from './notification/notification-write.controller.ts';
import { NotifierController } from './notifiers/notifier.controller.ts';
import { ReceiverTextController } from './notification/receiver-text.controller.ts';
import { PushController } from './push/push.controller.ts';
import { PushService } from './push/push.service.ts';
import { QuotaController } from './quotas/quota.controller.ts';
import { QuotaReport } from './quotas/quota-report.ts';
import { QuotaSettingsController } from './quotas/quota-settings.controller.ts';
import { ReceiptController } from './receipts/receipt.controller.ts';
import { ReceiptDesk } from './receipts/receipt-desk.ts';
import { Resources } from './resources.ts';
import { TemplateController } from './templates/template.controller.ts';
import { NicknameController } from './users/nickname.controller.ts';
import { UserController } from './users/user.controller.ts';

/** The HTTP API on resources that are open already; closes them when the application has stopped. */
@Module({})
export class AppModule implements OnApplicationShutdown {
  constructor(private readonly resources: Resources) {}

  static on(
    resources: Resources,
    callers: Callers,
    environment: Environment,
    metrics: Metrics,
    receipts: ReceiptDesk,
    checks: CredentialChecks,
  ): DynamicModule {
    const { dataSource, sql } = resources;
    const secretBox = new SecretBox(environment.SECRET_KEYS);
    const users = new UserRepository(dataSource);
    const credentials = new CredentialRepository(dataSource, secretBox);
    const credentialStore = new CredentialStore(sql, secretBox);
    const facts = new FactsStore(sql);
    const stories = new StoryStore(sql);
    const labels = new LabelStore(sql);
    const instances: object[] = [
      resources,
      metrics,
      credentialStore,
      resources.intake,
      new BindingRepository(dataSource),
      credentials,
      new DeviceRepository(dataSource),
      new FeatureRepository(dataSource),
      new SettingsStore(sql),
      new GroupRepository(dataSource),
      new TemplateRepository(dataSource),
      users,
      new TokenGrants({
        logins: new AppLoginRepository(dataSource, secretBox),
        tokens: new AppTokenRepository(dataSource),
        users,
        callers,
        rateLimits: resources.rateLimits,
      }),
      stories,
      facts,
      labels,
      new PushService({ intake: resources.intake, tasks: new PushTaskStore(sql), stories, labels, facts, metrics }),
      new QuotaReport(credentials, credentialStore, new QuotaReportStore(sql)),
      new QuotaSettingsStore(sql),
      receipts,
      checks,
      new DryRun(new Evaluation(facts), credentialStore),
    ];
    return {
      module: AppModule,
      controllers: [
        BindingController,
        CredentialCheckController,
        CredentialController,
        DeviceController,
        FeatureController,
        GroupController,
        HealthController,
        LabelController,
        MessageController,
        NicknameController,
        NotificationController,
        NotificationWriteController,
        NotifierController,
        PushController,
        QuotaController,
        QuotaSettingsController,
        ReceiptController,
        ReceiverTextController,
        SentMessageController,
        TemplateController,
        TokenController,
        UserController,
      ],
      providers: [
        ...instances.map((instance) => ({ provide: instance.constructor, useValue: instance })),
        { provide: APP_PIPE, useClass: RequestPipe },
        KnownUserGuard,
        AdvancedFeaturesGuard,
      ],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.resources.close();
  }
}

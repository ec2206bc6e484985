/**
 * Postgres: entities and migrations, repositories (TypeORM), and stores in plain SQL: of the pipeline, one statement per
 * batch, and of the settings that clients read and write all the time. One method per need, every one scoped by app.
 * Decides nothing.
 */
export { createDataSource, migrate } from './data-source.ts';
export { openSql } from './sql.ts';
export type { Sql } from './sql.ts';
export { SecretBox } from './secret-box.ts';
export type { SecretKeys } from './secret-box.ts';
export { App } from './entities/app.ts';
export { AppToken } from './entities/app-token.ts';
export { Credential } from './entities/credential.ts';
export { Device } from './entities/device.ts';
export { DeviceToken } from './entities/device-token.ts';
export { PushTemplate } from './entities/push-template.ts';
export { User } from './entities/user.ts';
export { AppRepository, policyOf } from './repositories/app.repository.ts';
export { AppLoginRepository, isClientSecret } from './repositories/app-login.repository.ts';
export { AppTokenRepository, isAppToken } from './repositories/app-token.repository.ts';
export type { KnownToken } from './repositories/app-token.repository.ts';
export { BindingRepository } from './repositories/binding.repository.ts';
export type { Binding, BindingChange } from './repositories/binding.repository.ts';
export { CredentialRepository } from './repositories/credential.repository.ts';
export { DeviceRepository } from './repositories/device.repository.ts';
export type { DeviceWithTokens } from './repositories/device.repository.ts';
export { FeatureRepository } from './repositories/feature.repository.ts';
export type { AdvancedSettings } from './repositories/feature.repository.ts';
export { GroupRepository } from './repositories/group.repository.ts';
export type { ChatGroup } from './repositories/group.repository.ts';
export { TemplateRepository } from './repositories/template.repository.ts';
export { UserRepository } from './repositories/user.repository.ts';
export type { UserPatch } from './repositories/user.repository.ts';
export { SettingsStore } from './settings/settings-store.ts';
export type { ConversationKey, KnownUser, PushSettings } from './settings/settings-store.ts';
export { SharedAccessTokens } from './pipeline/access-token-store.ts';
export { AppLookup } from './pipeline/app-lookup.ts';
export { CredentialStore } from './pipeline/credential-store.ts';
export type { OpenedCredential } from './pipeline/credential-store.ts';
export { BATCH_LIMITS, DecisionStore } from './pipeline/decision-store.ts';
export type { PageDecision, PlannedSendJob, StoredBatch } from './pipeline/decision-store.ts';
export { FactsStore } from './pipeline/facts-store.ts';
export type { FactsRequest } from './pipeline/facts-store.ts';
export { MessageStore } from './pipeline/message-store.ts';
export type { Acceptance, StoredMessage } from './pipeline/message-store.ts';
export { ReceiptStore } from './pipeline/receipt-store.ts';
export type { ReceiptOwner } from './pipeline/receipt-store.ts';
export { ReconcileStore } from './pipeline/reconcile-store.ts';
export { SendStore, UNTRIED } from './pipeline/send-store.ts';
export type { BatchState, Claim, StoredSendJob, TargetRecord } from './pipeline/send-store.ts';
export { LABEL_LIMITS, LabelStore } from './push/label-store.ts';
export type { Label, LabelAddition, LabelName, LabelUser } from './push/label-store.ts';
export { PushTaskStore } from './push/push-task-store.ts';
export type { PushTaskAudience, PushTaskEvent, PushTaskStep, TakenPushTask } from './push/push-task-store.ts';
export { StoryStore } from './pipeline/story-store.ts';
export type { MessageStory, PageRange, StoredReceipt, StorySendJob } from './pipeline/story-store.ts';

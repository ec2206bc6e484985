/**
 * Postgres: entities and migrations, repositories for settings (TypeORM), and the stores of the pipeline (plain SQL, one
 * statement per batch). One method per need, every one scoped by app. Decides nothing.
 */
export { createDataSource, migrate } from './data-source.ts';
export { openSql } from './sql.ts';
export type { Sql } from './sql.ts';
export { SecretBox } from './secret-box.ts';
export type { SecretKeys } from './secret-box.ts';
export { App } from './entities/app.ts';
export { AppToken } from './entities/app-token.ts';
export { ConversationSetting } from './entities/conversation-setting.ts';
export { Credential } from './entities/credential.ts';
export { Device } from './entities/device.ts';
export { DeviceToken } from './entities/device-token.ts';
export { PushTemplate } from './entities/push-template.ts';
export { User } from './entities/user.ts';
export { AppRepository, policyOf } from './repositories/app.repository.ts';
export { AppTokenRepository, isAppToken } from './repositories/app-token.repository.ts';
export { ConversationRepository } from './repositories/conversation.repository.ts';
export type { ConversationPatch } from './repositories/conversation.repository.ts';
export { CredentialRepository } from './repositories/credential.repository.ts';
export { DeviceRepository } from './repositories/device.repository.ts';
export type { DeviceWithTokens } from './repositories/device.repository.ts';
export { TemplateRepository } from './repositories/template.repository.ts';
export { UserRepository } from './repositories/user.repository.ts';
export type { UserPatch } from './repositories/user.repository.ts';
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
export { StoryStore } from './pipeline/story-store.ts';
export type { MessageStory, PageRange, StoredReceipt, StorySendJob } from './pipeline/story-store.ts';

import {
  AppRepository,
  createDataSource,
  CredentialRepository,
  DeviceRepository,
  openSql,
  SecretBox,
  UserRepository,
  type Sql,
} from '#libs/database';
import type { MessageEvent, Notification } from '#libs/contracts';
import { createTestDatabase } from '#libs/testing';
import type { DataSource } from 'typeorm';

export const NOW = Date.UTC(2026, 0, 15, 12, 0, 0);

/** A migrated database of its own with repositories, for one test file. */
export interface Installation {
  url: string;
  sql: Sql;
  dataSource: DataSource;
  secretBox: SecretBox;
  apps: AppRepository;
  users: UserRepository;
  devices: DeviceRepository;
  credentials: CredentialRepository;
  /** Creates an app; names are unique per call. */
  newApp(policy?: Record<string, unknown>): Promise<{ id: number; name: string }>;
  /** Creates a user with one device on the credential. */
  newUser(
    appId: number,
    username: string,
    options?: { credential?: string; device?: string; token?: string },
  ): Promise<void>;
  close(): Promise<void>;
}

export async function openInstallation(): Promise<Installation> {
  const database = await createTestDatabase();
  const sql = openSql(database.url);
  const dataSource = await createDataSource(database.url).initialize();
  const secretBox = new SecretBox({ current: 'k1', keys: new Map([['k1', Buffer.alloc(32, 1)]]) });
  const apps = new AppRepository(dataSource);
  const users = new UserRepository(dataSource);
  const devices = new DeviceRepository(dataSource);
  const credentials = new CredentialRepository(dataSource, secretBox);
  let appCount = 0;
  return {
    url: database.url,
    sql,
    dataSource,
    secretBox,
    apps,
    users,
    devices,
    credentials,
    async newApp(policy = {}) {
      appCount += 1;
      const app = await apps.create('org', `app${appCount}`, policy);
      if (app === null) throw new Error('The app exists already');
      return app;
    },
    async newUser(appId, username, { credential = 'ios', device = 'd1', token = `token-of-${username}` } = {}) {
      const user = await users.put(appId, username, {}, new Date(NOW));
      await devices.put({ appId, userId: user.id }, device, { credential, token }, new Date(NOW));
    },
    async close() {
      await sql.close();
      await dataSource.destroy();
      await database.drop();
    },
  };
}

/** What a send job of {@link messageEvent} shows. */
export const aNotification: Notification = {
  purpose: 'chat',
  title: 'Lin',
  body: 'hello',
  badge: { kind: 'none' },
  data: {},
  collapseId: 'm1',
  collapse: false,
  dedupeId: '0123456789abcdef0123',
  threadId: 'g1',
  expiresAt: NOW + 60_000,
  background: false,
  vendor: {},
};

/** A plain group message; overridden field by field. */
export function messageEvent(overrides: Partial<MessageEvent> = {}): MessageEvent {
  return {
    id: 'm1',
    chatType: 'chatgroup',
    conversation: 'g1',
    sender: { username: 'lin' },
    receivers: ['ana'],
    messageType: 'text',
    text: 'hello',
    sentAt: NOW,
    ...overrides,
  };
}

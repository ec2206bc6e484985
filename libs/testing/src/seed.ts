import { createHash, generateKeyPairSync } from 'node:crypto';
import { readEnvironment } from '#libs/config';
import { AppRepository, AppTokenRepository, createDataSource, CredentialRepository, SecretBox } from '#libs/database';

const APNS_KEY = { teamId: 'TESTTEAM01', keyId: 'TESTKEY001' };
const ACCOUNT = {
  project_id: 'test-project',
  client_email: 'push@test-project.iam.gserviceaccount.com',
  private_key_id: '0123456789abcdef',
};

/** An app with credentials that the simulator knows. */
export interface SeededApp {
  appId: number;
  organization: string;
  name: string;
  token: string;
}

/** Creates an app `org/<name>` with the credentials `ios` (APNs, sandbox) and `android` (FCM), known to the simulator. */
export async function seedApp(
  name: string,
  cluster: { control: string; environment: Record<string, string> },
): Promise<SeededApp> {
  const environment = readEnvironment(cluster.environment);
  const dataSource = await createDataSource(environment.DATABASE_URL, { poolSize: 1 }).initialize();
  try {
    const app = await new AppRepository(dataSource).create('org', name);
    if (app === null) throw new Error(`The app org/${name} exists already`);
    const { token } = await new AppTokenRepository(dataSource).create(app.id, 'test');
    const credentials = new CredentialRepository(dataSource, new SecretBox(environment.SECRET_KEYS));
    const encoding = {
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    } as const;
    const apnsKey = generateKeyPairSync('ec', { namedCurve: 'P-256', ...encoding });
    const googleKey = generateKeyPairSync('rsa', { modulusLength: 2048, ...encoding });
    await put(`${cluster.control}/vendors/apns/keys`, { ...APNS_KEY, publicKeyPem: apnsKey.publicKey });
    await put(`${cluster.control}/vendors/fcm/accounts`, { ...ACCOUNT, publicKeyPem: googleKey.publicKey });
    const now = new Date();
    await credentials.put(
      app.id,
      'ios',
      {
        vendor: 'apns',
        fields: { ...APNS_KEY, bundleId: 'im.example.chat', environment: 'sandbox' },
        secrets: { privateKeyP8: apnsKey.privateKey },
      },
      now,
    );
    await credentials.put(
      app.id,
      'android',
      { vendor: 'fcm', fields: ACCOUNT, secrets: { private_key: googleKey.privateKey } },
      now,
    );
    return { appId: app.id, organization: 'org', name, token };
  } finally {
    await dataSource.destroy();
  }
}

/**
 * Creates users `<prefix>0` to `<prefix>n`, each with one device on the credential. Returns their device tokens, by user.
 * The users see message text in their notifications.
 */
export async function seedUsers(
  databaseUrl: string,
  appId: number,
  options: { prefix: string; count: number; credential: 'ios' | 'android' },
): Promise<Map<string, string>> {
  const { prefix, count, credential } = options;
  const token = (index: number): string =>
    credential === 'ios'
      ? createHash('sha256').update(`${appId} ${prefix}${index}`).digest('hex')
      : `device_${prefix}${index}:APA91b${String(index).padStart(20, 'x')}`;
  const tokens = new Map(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, token(index)]));
  const dataSource = await createDataSource(databaseUrl, { poolSize: 1 }).initialize();
  try {
    await dataSource.query(
      `WITH wanted AS (SELECT * FROM unnest($2::text[], $3::text[]) AS w (username, token)),
       u AS (INSERT INTO users (app_id, username, display_style) SELECT $1, username, 'summary' FROM wanted
             RETURNING id, username),
       d AS (INSERT INTO devices (user_id, device_id) SELECT id, 'phone' FROM u RETURNING id, user_id)
       INSERT INTO device_tokens (app_id, device, credential, token, token_hash)
       SELECT $1, d.id, $4, w.token, sha256(w.token::bytea)
       FROM d JOIN u ON u.id = d.user_id JOIN wanted w USING (username)`,
      [appId, [...tokens.keys()], [...tokens.values()], credential],
    );
    await dataSource.query('ANALYZE users, devices, device_tokens');
    return tokens;
  } finally {
    await dataSource.destroy();
  }
}

async function put(url: string, body: unknown): Promise<void> {
  const response = await fetch(url, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`PUT ${url} answered ${response.status}: ${await response.text()}`);
}

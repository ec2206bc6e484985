import { readEnvironment } from '#libs/config';
import { VENDOR_NAMES, type VendorName } from '#libs/contracts';
import { AppRepository, AppTokenRepository, createDataSource, CredentialRepository, SecretBox } from '#libs/database';
import { registerAccounts, simulatedAccounts, type SimulatedAccount } from '#libs/simulated-vendors';
import { vendorOf } from '#libs/vendors';

/** Names of a seeded app's credentials. */
export const CREDENTIAL_NAMES = {
  apns: 'ios',
  fcm: 'android',
  huawei: 'huawei',
  honor: 'honor',
  xiaomi: 'xiaomi',
  oppo: 'oppo',
  vivo: 'vivo',
  meizu: 'meizu',
} as const satisfies Record<VendorName, string>;

/** An app with credentials that the simulator knows. */
export interface SeededApp {
  appId: number;
  organization: string;
  name: string;
  token: string;
  accounts: Record<VendorName, SimulatedAccount>;
}

/** Creates an app `org/<name>` with a credential for every vendor, all known to the simulator. */
export async function seedApp(
  name: string,
  cluster: { control: string; environment: Record<string, string> },
): Promise<SeededApp> {
  const environment = readEnvironment(cluster.environment);
  const accounts = simulatedAccounts();
  await registerAccounts(cluster.control, accounts);
  const dataSource = await createDataSource(environment.DATABASE_URL, { poolSize: 1 }).initialize();
  try {
    const app = await new AppRepository(dataSource).create('org', name);
    if (app === null) throw new Error(`The app org/${name} exists already`);
    const { token } = await new AppTokenRepository(dataSource).create(app.id, 'test');
    const credentials = new CredentialRepository(dataSource, new SecretBox(environment.SECRET_KEYS));
    for (const vendor of VENDOR_NAMES) {
      const entries = Object.entries(accounts[vendor].credential);
      const isSecret = ([field]: [string, unknown]): boolean => vendorOf(vendor).secretFields.includes(field);
      const fields = Object.fromEntries(entries.filter((entry) => !isSecret(entry)));
      const secrets = Object.fromEntries(entries.filter(isSecret));
      await credentials.put(app.id, CREDENTIAL_NAMES[vendor], { vendor, fields, secrets }, new Date());
    }
    return { appId: app.id, organization: 'org', name, token, accounts };
  } finally {
    await dataSource.destroy();
  }
}

/**
 * Creates users `<prefix>0` to `<prefix>n`, each with one device of the vendor. Returns their device tokens, by user. The
 * users see message text in their notifications.
 */
export async function seedUsers(
  databaseUrl: string,
  { appId, accounts }: SeededApp,
  {
    prefix,
    count,
    vendor,
    credential = CREDENTIAL_NAMES[vendor],
  }: { prefix: string; count: number; vendor: VendorName; credential?: string },
): Promise<Map<string, string>> {
  const users = Array.from({ length: count }, (_, index) => `${prefix}${index}`);
  const tokens = new Map(users.map((user) => [user, accounts[vendor].deviceToken(`${appId} ${user}`)]));
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

import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { VendorName } from '#libs/contracts';

/** An account with one simulated vendor, as both sides know it. */
export interface SimulatedAccount {
  /** What the simulator is told: the body of `PUT /vendors/{vendor}/{collection}`. */
  collection: string;
  account: Readonly<Record<string, unknown>>;
  /** The fields of the credential, secret ones included. */
  credential: Readonly<Record<string, unknown>>;
  /** A device token of this vendor's form; every name has its own. */
  deviceToken(name: string): string;
}

const PEM = {
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
} as const;

function hex(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

function apns(): SimulatedAccount {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256', ...PEM });
  const key = { teamId: 'DEMOTEAM01', keyId: 'DEMOKEY001' };
  return {
    collection: 'keys',
    account: { ...key, publicKeyPem: publicKey },
    credential: { ...key, privateKeyP8: privateKey, bundleId: 'im.example.chat', environment: 'sandbox' },
    deviceToken: hex,
  };
}

function fcm(): SimulatedAccount {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048, ...PEM });
  const project = 'demo-chat-41';
  const account = {
    project_id: project,
    client_email: `push@${project}.iam.gserviceaccount.com`,
    private_key_id: randomBytes(20).toString('hex'),
  };
  return {
    collection: 'accounts',
    account: { ...account, publicKeyPem: publicKey },
    credential: { ...account, private_key: privateKey, channelId: 'messages' },
    deviceToken: (name) => `demo_${hex(name).slice(0, 12)}:APA91b${hex(name)}`,
  };
}

const PACKAGE = 'im.example.chat';
const ACTIVITY = `${PACKAGE}.MainActivity`;

function secret(): string {
  return randomBytes(16).toString('hex');
}

function huawei(): SimulatedAccount {
  const app = { clientId: '104880011', clientSecret: secret(), projectId: '388421841', packageName: PACKAGE };
  const categories = ['IM', 'VOIP', 'ACCOUNT'];
  return {
    collection: 'apps',
    account: { ...app, categories, highPriority: true },
    credential: { ...app, categories, highPriorityRight: true, badgeClass: ACTIVITY },
    deviceToken: (name) => `IQAAAACy${hex(name)}`,
  };
}

function honor(): SimulatedAccount {
  const app = { appId: '104556677', clientId: '220011', clientSecret: secret() };
  return {
    collection: 'apps',
    account: { ...app, classificationRight: true },
    credential: { ...app, packageName: PACKAGE, badgeClass: ACTIVITY },
    deviceToken: (name) => `BAEAAAAA${hex(name)}`,
  };
}

function xiaomi(): SimulatedAccount {
  const appSecret = secret();
  return {
    collection: 'apps',
    account: {
      appId: '2882303761517000000',
      appSecret,
      packageNames: [PACKAGE],
      channels: [{ id: 'chat', class: 'private' }],
    },
    credential: { appSecret, packageName: PACKAGE, region: 'cn', channelId: 'chat' },
    deviceToken: (name) => `regid/${hex(name)}=`,
  };
}

function oppo(): SimulatedAccount {
  const app = { appKey: 'demo-app-key', masterSecret: secret() };
  return {
    collection: 'apps',
    account: { ...app, channels: { chat: 'private' }, categories: { IM: 'private', MARKETING: 'public' } },
    credential: { ...app, channelId: 'chat' },
    deviceToken: (name) => `OPPO_CN_${hex(name).slice(0, 32)}`,
  };
}

function vivo(): SimulatedAccount {
  const app = { appId: 10_001, appKey: 'demo-app-key', appSecret: secret() };
  return { collection: 'apps', account: app, credential: app, deviceToken: (name) => `v2-${hex(name)}` };
}

function meizu(): SimulatedAccount {
  const app = { appId: '100001', appSecret: secret() };
  return {
    collection: 'apps',
    account: app,
    credential: app,
    deviceToken: (name) => `RA50${hex(name)}`,
  };
}

/** An account with every vendor. Those of two calls have the same names and other secrets: the later ones count. */
export function simulatedAccounts(): Record<VendorName, SimulatedAccount> {
  return {
    apns: apns(),
    fcm: fcm(),
    huawei: huawei(),
    honor: honor(),
    xiaomi: xiaomi(),
    oppo: oppo(),
    vivo: vivo(),
    meizu: meizu(),
  };
}

/** Makes the accounts known to the simulator whose control API is at `control`. */
export async function registerAccounts(
  control: string,
  accounts: Readonly<Partial<Record<VendorName, SimulatedAccount>>>,
): Promise<void> {
  for (const [vendor, { collection, account }] of Object.entries(accounts)) {
    const url = `${control}/vendors/${vendor}/${collection}`;
    const response = await fetch(url, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(account),
    });
    if (!response.ok) throw new Error(`PUT ${url} answered ${response.status}: ${await response.text()}`);
  }
}

import { FOREVER } from '#libs/contracts';
import { FactsStore, SettingsStore, TemplateRepository } from '#libs/database';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NOW, openInstallation, type Installation } from './support/installation.ts';

let installation: Installation;
let facts: FactsStore;

beforeAll(async () => {
  installation = await openInstallation();
  facts = new FactsStore(installation.sql);
});
afterAll(async () => await installation.close());

const inGroup = (receiver: string) => ({ receiver, chatType: 'chatgroup', conversation: 'g1' });

async function newCredential(appId: number, name = 'ios', disabled = false): Promise<void> {
  await installation.credentials.put(appId, name, { vendor: 'apns', fields: {}, secrets: {}, disabled }, new Date(NOW));
}

describe('FactsStore.ofReceivers', () => {
  it('answers in the order asked, with unknown users and users without devices in their places', async () => {
    const app = await installation.newApp();
    await newCredential(app.id);
    await installation.newUser(app.id, 'ana');
    await installation.users.put(app.id, 'ben', { mode: 'AT', dndUntil: new Date(NOW + 5) }, new Date(NOW));
    const [ghost, ben, ana] = await facts.ofReceivers(app.id, [inGroup('ghost'), inGroup('ben'), inGroup('ana')]);
    expect(ghost).toEqual({ username: 'ghost', user: null, conversation: { mode: null, dndUntil: null }, devices: [] });
    expect(ben).toMatchObject({ user: { mode: 'AT', dndUntil: NOW + 5, displayStyle: 'simple' }, devices: [] });
    expect(ana?.devices).toMatchObject([
      {
        deviceId: 'd1',
        presence: 'background',
        seenAt: NOW,
        tokens: [{ token: 'token-of-ana', vendor: 'apns', goneAt: null }],
      },
    ]);
  });

  it('reads the settings of the message’s own conversation alone', async () => {
    const app = await installation.newApp();
    const user = await installation.users.put(app.id, 'ana', {}, new Date(NOW));
    const settings = new SettingsStore(installation.sql);
    await settings.putConversation(
      { appId: app.id, username: user.username },
      { chatType: 'chatgroup', key: 'g1' },
      { mode: 'NONE' },
    );
    await settings.putConversation(
      { appId: app.id, username: user.username },
      { chatType: 'user', key: 'g1' },
      { dndUntil: NOW },
    );
    const [group, direct, other] = await facts.ofReceivers(app.id, [
      inGroup('ana'),
      { receiver: 'ana', chatType: 'user', conversation: 'g1' },
      { receiver: 'ana', chatType: 'chatgroup', conversation: 'g2' },
    ]);
    expect(group?.conversation).toEqual({ mode: 'NONE', dndUntil: null });
    expect(direct?.conversation).toEqual({ mode: null, dndUntil: NOW });
    expect(other?.conversation).toEqual({ mode: null, dndUntil: null });
  });

  it('gathers several devices, and several tokens of one', async () => {
    const app = await installation.newApp();
    await newCredential(app.id);
    await installation.newUser(app.id, 'ana', { device: 'd1', token: 't1' });
    await installation.sql.run(
      {
        name: 'second-token',
        text: `INSERT INTO device_tokens (app_id, device, credential, token, token_hash)
               SELECT app_id, device, 'missing', 't2', 'x' FROM device_tokens WHERE app_id = $1`,
      },
      [app.id],
    );
    await installation.newUser(app.id, 'ana', { device: 'd2', token: 't3' });
    const [ana] = await facts.ofReceivers(app.id, [inGroup('ana')]);
    expect(
      ana?.devices.map(({ deviceId, tokens }) => [deviceId, tokens.map(({ token, vendor }) => [token, vendor])]),
    ).toEqual([
      [
        'd1',
        [
          ['t1', 'apns'],
          ['t2', null],
        ],
      ],
      ['d2', [['t3', 'apns']]],
    ]);
  });

  it('reads the region of the credential, and until when a token is muted', async () => {
    const app = await installation.newApp();
    const credentials = [
      ['ios', 'apns', {}],
      ['phones', 'huawei', { region: 'cn' }],
      ['android', 'fcm', { region: 'global' }],
    ] as const;
    for (const [name, vendor, fields] of credentials) {
      await installation.sql.run(
        {
          name: 'new-credential',
          text: `INSERT INTO credentials (app_id, name, vendor, fields, secrets, secrets_key) VALUES ($1, $2, $3, $4, '', 'k1')`,
        },
        [app.id, name, vendor, JSON.stringify(fields)],
      );
      await installation.newUser(app.id, 'ana', { credential: name });
    }
    const mute = {
      name: 'mute',
      text: 'UPDATE device_tokens SET muted_until = $3 WHERE app_id = $1 AND credential = $2',
    };
    await installation.sql.run(mute, [app.id, 'phones', 'infinity']);
    await installation.sql.run(mute, [app.id, 'android', new Date(NOW + 5)]);
    const [ana] = await facts.ofReceivers(app.id, [inGroup('ana')]);
    expect(ana?.devices).toMatchObject([
      {
        deviceId: 'd1',
        tokens: [
          { credential: 'ios', region: null, mutedUntil: null },
          { credential: 'phones', vendor: 'huawei', region: 'cn', mutedUntil: FOREVER },
          { credential: 'android', vendor: 'fcm', region: 'global', mutedUntil: NOW + 5 },
        ],
      },
    ]);
  });

  it('never reads another app’s users, settings or credentials', async () => {
    const [mine, other] = [await installation.newApp(), await installation.newApp()];
    await newCredential(other.id);
    await installation.newUser(other.id, 'ana');
    await installation.newUser(mine.id, 'ben');
    const [ana, ben] = await facts.ofReceivers(mine.id, [inGroup('ana'), inGroup('ben')]);
    expect(ana?.user).toBeNull();
    expect(ben?.devices[0]?.tokens[0]).toMatchObject({ vendor: null, credentialId: null });
  });
});

describe('FactsStore', () => {
  it('fills the policy with defaults, and knows no policy of a missing app', async () => {
    const app = await installation.newApp({ zeroInterval: 'off' });
    expect(await facts.policy(app.id)).toMatchObject({ zeroInterval: 'off', timeZone: 'UTC' });
    expect(await facts.policy(999_999)).toBeNull();
  });

  it('finds templates and nicknames by name, in this app alone', async () => {
    const [mine, other] = [await installation.newApp(), await installation.newApp()];
    const templates = new TemplateRepository(installation.dataSource);
    await templates.create(other.id, { name: 'hello', titlePattern: 'x', contentPattern: 'y' }, new Date(NOW));
    await templates.create(mine.id, { name: 'hello', titlePattern: 'Hi {0}', contentPattern: '{1}' }, new Date(NOW));
    await installation.users.put(mine.id, 'lin', { nickname: 'Lin' }, new Date(NOW));
    await installation.users.put(mine.id, 'ana', {}, new Date(NOW));
    expect([...(await facts.templates(mine.id, ['hello', 'nosuch'])).values()]).toEqual([
      { name: 'hello', titlePattern: 'Hi {0}', contentPattern: '{1}' },
    ]);
    expect([...(await facts.nicknames(mine.id, ['lin', 'ana', 'ghost']))]).toEqual([['lin', 'Lin']]);
  });
});

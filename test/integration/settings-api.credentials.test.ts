import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { VENDOR_NAMES } from '#libs/contracts';
import { createDataSource } from '#libs/database';
import { simulatedAccounts } from '#libs/simulated-vendors';
import { vendorOf } from '#libs/vendors';
import { apnsCredential, at, START, startFixture, type Answer, type Fixture } from './settings-api.support.ts';

const APNS = apnsCredential();

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(async () => {
  await fixture.close();
});

const APNS_SHOWN = {
  name: 'ios',
  vendor: 'apns',
  disabled: false,
  bundleId: 'im.example.chat',
  environment: 'sandbox',
  teamId: 'TEAM567890',
  keyId: 'KEYID67890',
  secrets: ['privateKeyP8'],
  receiptPath: null,
  created: START,
  modified: START,
};
const PATH = '/org1/app1/push/credentials';

async function put(name: string, body: unknown): Promise<Answer> {
  return await fixture.call('PUT', `${PATH}/${name}`, { body });
}

describe('credentials', () => {
  it('show everything but their secrets', async () => {
    const { status, body } = await put('ios', APNS);
    expect(status).toBe(200);
    expect(body).toMatchObject({ action: 'put', uri: `${fixture.api.url}${PATH}/ios`, data: APNS_SHOWN });
    expect((await fixture.call('GET', `${PATH}/ios`)).body['data']).toEqual(APNS_SHOWN);
    expect((await fixture.call('GET', PATH)).body['data']).toEqual([APNS_SHOWN]);
  });

  it.each(VENDOR_NAMES)('of %s are taken, and no secret of theirs comes back', async (vendor) => {
    const { credential } = simulatedAccounts()[vendor];
    const { status, body, text } = await put(`of-${vendor}`, { vendor, ...credential });
    expect([status, at(body, 'data', 'vendor')]).toEqual([200, vendor]);
    const secrets = vendorOf(vendor).secretFields.filter((field) => field in credential);
    expect(secrets.length).toBeGreaterThan(0);
    expect(at(body, 'data', 'secrets')).toEqual(secrets);
    for (const field of secrets) expect(text).not.toContain(JSON.stringify(credential[field]).slice(1, -1));
    const path = at(body, 'data', 'receiptPath');
    if (vendorOf(vendor).receipts === null) expect(path).toBeNull();
    else expect(path).toMatch(new RegExp(`^/receipts/${vendor}/[0-9a-f-]{36}$`));
  });

  it('have a region where the vendor has, also when none was given', async () => {
    const { credential } = simulatedAccounts().oppo;
    expect(at((await put('cn', { vendor: 'oppo', ...credential })).body, 'data', 'region')).toBe('cn');
    const abroad = await put('global', { vendor: 'oppo', ...credential, region: 'global' });
    expect(at(abroad.body, 'data', 'region')).toBe('global');
  });

  it('are replaced as a whole', async () => {
    await put('replaced', { ...APNS, topic: 'im.example.voip', disabled: true });
    fixture.clock.advance(1_000);
    const { body } = await put('replaced', APNS);
    fixture.clock.advance(-1_000);
    expect(body['data']).toEqual({ ...APNS_SHOWN, name: 'replaced', modified: START + 1_000 });
  });

  it('can be switched off', async () => {
    expect(at((await put('off', { ...APNS, disabled: true })).body, 'data', 'disabled')).toBe(true);
  });

  it('are deleted by name', async () => {
    await put('gone', APNS);
    expect(at((await fixture.call('DELETE', `${PATH}/gone`)).body, 'data', 'name')).toBe('gone');
    for (const method of ['GET', 'DELETE']) {
      const { status, body } = await fixture.call(method, `${PATH}/gone`);
      expect(status).toBe(404);
      expect(body).toMatchObject({ error_description: 'Service resource not found : credential gone' });
    }
  });

  it.each([
    ['vendor', { ...APNS, vendor: 'pigeon' }],
    ['vendor', { ...APNS, vendor: undefined }],
    ['disabled', { ...APNS, disabled: 'no' }],
    ['teamId', { ...APNS, teamId: 'short' }],
    ['bundleId', { ...APNS, bundleId: undefined }],
    ['privateKeyP8', { ...APNS, privateKeyP8: 'Sup3rSecretNonsense' }],
    ['nickname', { ...APNS, nickname: 'Sup3rSecretNonsense' }],
    ['name', { ...APNS, name: 'other' }],
  ])('are refused for a bad %s, without its value, and nothing is stored', async (field, body) => {
    await fixture.call('DELETE', `${PATH}/bad`);
    const answer = await put('bad', body);
    expect(answer.status).toBe(400);
    expect(answer.body['error_description']).toBe(`parameters is invalid : ${field}`);
    expect(answer.text).not.toContain('Sup3rSecretNonsense');
    expect((await fixture.call('GET', `${PATH}/bad`)).status).toBe(404);
  });

  it.each(['%00', 'a%2Fb', 'x'.repeat(129)])('are refused with the name %.10s', async (name) => {
    expect((await put(name, APNS)).body['error_description']).toBe('parameters is invalid : name');
  });

  it('keep their secrets out of answers, logs and the database', async () => {
    fixture.logs.length = 0;
    const middle = APNS.privateKeyP8.split('\n')[1] ?? '';
    const answers = [
      await put('secret', APNS),
      await fixture.call('GET', `${PATH}/secret`),
      await fixture.call('GET', PATH),
      await put('secret', { ...APNS, teamId: 'x' }),
      await fixture.call('DELETE', `${PATH}/secret`),
    ];
    for (const { text } of answers) expect(text).not.toContain(middle);
    expect(fixture.logs.join('')).not.toContain(middle);
    const dataSource = await createDataSource(fixture.database.url).initialize();
    const rows = await dataSource.query<{ row: string }[]>('SELECT c::text AS row FROM credentials c');
    await dataSource.destroy();
    for (const { row } of rows) {
      expect(row).not.toContain(middle);
      expect(row).not.toContain(Buffer.from(middle).toString('hex'));
    }
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Simulator } from '../src/index.ts';
import { BUNDLE, KEY_ID, TEAM_ID, TOKEN, openApns, push, registerTeam } from './apns-harness.ts';
import { EMAIL, PROJECT } from './fcm-harness.ts';
import { START_MS, control, ecPair, rsaPair, startTestSimulator } from './harness.ts';

let simulator: Simulator;

beforeEach(async () => {
  simulator = await startTestSimulator({ maxRecords: 3 });
});

afterEach(async () => await simulator.close());

describe('credentials', () => {
  it('of APNs can be given as a private key, listed without it, and taken back', async () => {
    const { privateKey } = ecPair();
    const privateKeyP8 = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const put = await control(simulator, 'PUT', '/vendors/apns/keys', { teamId: TEAM_ID, keyId: KEY_ID, privateKeyP8 });
    expect(put).toEqual({ status: 200, json: { id: KEY_ID } });
    const list = await control(simulator, 'GET', '/vendors/apns/keys');
    expect(list.json).toEqual({
      items: [{ teamId: TEAM_ID, keyId: KEY_ID, environments: ['production', 'sandbox'], relatedKeyIds: [] }],
    });
    expect((await control(simulator, 'DELETE', `/vendors/apns/keys/${KEY_ID}`)).status).toBe(200);
    expect((await control(simulator, 'DELETE', `/vendors/apns/keys/${KEY_ID}`)).status).toBe(404);
  });

  it('of FCM can be given as a whole key file', async () => {
    const { privateKey } = rsaPair();
    const file = {
      type: 'service_account',
      project_id: PROJECT,
      private_key_id: 'abc',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      client_email: EMAIL,
      token_uri: 'https://oauth2.googleapis.com/token',
    };
    expect((await control(simulator, 'PUT', '/vendors/fcm/accounts', file)).json).toEqual({ id: EMAIL });
    const list = await control(simulator, 'GET', '/vendors/fcm/accounts');
    expect(JSON.stringify(list.json)).not.toContain('PRIVATE');
  });

  it.each([
    [
      'a key on another curve',
      'apns/keys',
      { teamId: TEAM_ID, keyId: KEY_ID, publicKeyPem: ecPair('P-384').publicKeyPem },
    ],
    ['a key that is none', 'apns/keys', { teamId: TEAM_ID, keyId: KEY_ID, publicKeyPem: 'x' }],
    ['no key', 'apns/keys', { teamId: TEAM_ID, keyId: KEY_ID }],
    ['a short key id', 'apns/keys', { teamId: TEAM_ID, keyId: 'K', publicKeyPem: ecPair().publicKeyPem }],
    ['an EC key', 'fcm/accounts', { project_id: PROJECT, client_email: EMAIL, publicKeyPem: ecPair().publicKeyPem }],
    ['an access token', 'fcm/access-tokens', {}],
  ])('are refused with 400: %s', async (_, path, body) => {
    const answer = await control(simulator, 'PUT', `/vendors/${path}`, body);
    expect([answer.status, typeof answer.json['error']]).toEqual([400, 'string']);
  });
});

describe('the control API', () => {
  it.each([
    ['GET', '/nothing'],
    ['GET', '/vendors/nokia/keys'],
    ['GET', '/vendors/apns/accounts'],
    ['GET', '/vendors/__proto__/keys'],
    ['PUT', '/faults/nokia'],
    ['POST', '/tokens/nokia/abc/kill'],
  ])('answers %s %s with 404', async (method, path) => {
    expect((await control(simulator, method, path)).status).toBe(404);
  });

  it.each<[string, string, unknown]>([
    ['PUT', '/faults/apns', [{ kind: 'earthquake' }]],
    ['PUT', '/faults/apns', [{ kind: 'latency' }]],
    ['PUT', '/faults/apns', {}],
    ['POST', `/tokens/apns/${TOKEN}/kill`, { reason: 'Boredom' }],
    ['PUT', `/tokens/apns/${TOKEN}`, { topic: BUNDLE }],
    ['PUT', '/settings', { autoRegister: 'yes' }],
    ['GET', '/notifications?limit=0', undefined],
  ])('answers %s %s with 400 when what is asked makes no sense', async (method, path, body) => {
    expect((await control(simulator, method, path, body)).status).toBe(400);
  });

  it('answers a body that is not JSON with 400', async () => {
    const response = await fetch(`${simulator.urls.control}/faults/apns`, { method: 'PUT', body: '{' });
    expect(response.status).toBe(400);
  });

  it('lists the faults that are on, with how often they are left', async () => {
    const faults = [
      { kind: 'hang', times: 2 },
      { kind: 'latency', ms: 5 },
    ];
    await control(simulator, 'PUT', '/faults/fcm', { faults });
    expect((await control(simulator, 'GET', '/faults/fcm')).json).toEqual({
      faults: [
        { kind: 'hang', afterAccept: false, times: 2, left: 2 },
        { kind: 'latency', ms: 5 },
      ],
    });
  });

  it('tells the URLs', async () => {
    expect((await control(simulator, 'GET', '/urls')).json).toEqual(simulator.urls);
  });
});

describe('records, counters and tokens', () => {
  async function pushTimes(times: number): Promise<void> {
    const jwt = await registerTeam(simulator).jwt(START_MS / 1000);
    const session = await openApns(simulator);
    for (let count = 0; count < times; count += 1) await push(session, jwt, { body: { aps: { alert: `n${count}` } } });
    session.destroy();
  }

  it('keep the newest pushes and count all', async () => {
    await pushTimes(5);
    const { json } = await control(simulator, 'GET', '/notifications');
    expect(json).toMatchObject({ kept: 3, dropped: 2, next: null });
    expect(json['notifications']).toMatchObject([{ body: 'n2' }, { body: 'n3' }, { body: 'n4' }]);
    expect((await control(simulator, 'GET', '/counters')).json).toMatchObject({
      apns: { requests: 5, accepted: 5, connections: 1, credentialTokens: { [KEY_ID]: 1 } },
      fcm: { requests: 0 },
      'google-token': { requests: 0 },
      records: { kept: 3, dropped: 2 },
    });
  });

  it('are read page by page', async () => {
    await pushTimes(3);
    const first = await control(simulator, 'GET', '/notifications?limit=2');
    expect(first.json['notifications']).toMatchObject([{ body: 'n0' }, { body: 'n1' }]);
    const rest = await control(simulator, 'GET', `/notifications?after=${String(first.json['next'])}&limit=2`);
    expect(rest.json['notifications']).toMatchObject([{ body: 'n2' }]);
  });

  it('are forgotten one by one or all at once', async () => {
    await pushTimes(1);
    await control(simulator, 'DELETE', '/notifications');
    expect((await control(simulator, 'GET', '/notifications')).json['notifications']).toEqual([]);
    await control(simulator, 'DELETE', '/counters');
    expect((await control(simulator, 'GET', '/counters')).json).toMatchObject({ apns: { requests: 0 } });
    await control(simulator, 'PUT', '/settings', { autoRegister: false });
    await control(simulator, 'PUT', '/faults/apns', [{ kind: 'hang' }]);
    await control(simulator, 'DELETE', '/everything');
    expect(simulator.state.settings.autoRegister).toBe(true);
    expect(simulator.state.vendors.apns.tokens.size).toBe(0);
    expect((await control(simulator, 'GET', '/vendors/apns/keys')).json).toEqual({ items: [] });
    expect((await control(simulator, 'GET', '/faults/apns')).json).toEqual({ faults: [] });
  });
});

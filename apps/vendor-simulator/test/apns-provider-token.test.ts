import { createHmac, sign as signBytes } from 'node:crypto';
import type { ClientHttp2Session } from 'node:http2';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Simulator } from '../src/index.ts';
import { type ApnsTeam, KEY_ID, TEAM_ID, TOKEN, openApns, push, registerTeam } from './apns-harness.ts';
import { START_MS, type TestClock, ecPair, jsonOf, sign, startTestSimulator } from './harness.ts';

const NOW = START_MS / 1000;
const MINUTE_MS = 60_000;

let simulator: Simulator & { clock: TestClock };
let team: ApnsTeam;
let session: ClientHttp2Session;

beforeEach(async () => {
  simulator = await startTestSimulator();
  team = registerTeam(simulator);
  session = await openApns(simulator);
});

afterEach(async () => {
  session.destroy();
  await simulator.close();
});

async function reasonOf(jwt: string, on: ClientHttp2Session = session): Promise<string> {
  const answer = await push(on, jwt);
  return answer.text === '' ? String(answer.status) : `${answer.status} ${String(jsonOf(answer)['reason'])}`;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

describe('the provider token of a request', () => {
  it('is accepted when signed with ES256 by a registered key', async () => {
    expect(await reasonOf(await team.jwt(NOW))).toBe('200');
  });

  it('is accepted with typ in its header, and whatever the case of the scheme', async () => {
    const jwt = await sign({ iss: TEAM_ID, iat: NOW }, { alg: 'ES256', kid: KEY_ID, typ: 'JWT' }, team.privateKey);
    const answer = await push(session, jwt, { headers: { authorization: `Bearer ${jwt}` } });
    expect(answer.status).toBe(200);
  });

  it.each([
    [
      'another key signed it',
      async () => await sign({ iss: TEAM_ID, iat: NOW }, { alg: 'ES256', kid: KEY_ID }, ecPair().privateKey),
    ],
    [
      'the key id is unknown',
      async () => await sign({ iss: TEAM_ID, iat: NOW }, { alg: 'ES256', kid: 'KEY9999999' }, team.privateKey),
    ],
    ['the key id is missing', async () => await sign({ iss: TEAM_ID, iat: NOW }, { alg: 'ES256' }, team.privateKey)],
    [
      'the team is another',
      async () => await sign({ iss: 'TEAM999999', iat: NOW }, { alg: 'ES256', kid: KEY_ID }, team.privateKey),
    ],
    ['iat is missing', async () => await sign({ iss: TEAM_ID }, { alg: 'ES256', kid: KEY_ID }, team.privateKey)],
    ['it comes from the future', async () => await team.jwt(NOW + 3601)],
    ['it is no JWT', () => 'not.a-jwt'],
    ['it is unsigned', () => `${encoded({ alg: 'none', kid: KEY_ID })}.${encoded({ iss: TEAM_ID, iat: NOW })}.AA`],
    [
      'it is signed with HS256',
      () => {
        const input = `${encoded({ alg: 'HS256', kid: KEY_ID })}.${encoded({ iss: TEAM_ID, iat: NOW })}`;
        return `${input}.${createHmac('sha256', 'secret').update(input).digest('base64url')}`;
      },
    ],
    [
      'its signature is DER instead of r and s',
      () => {
        const input = `${encoded({ alg: 'ES256', kid: KEY_ID })}.${encoded({ iss: TEAM_ID, iat: NOW })}`;
        return `${input}.${signBytes('sha256', Buffer.from(input), team.privateKey).toString('base64url')}`;
      },
    ],
  ])('is refused as invalid when %s', async (_, make) => {
    expect(await reasonOf(await make())).toBe('403 InvalidProviderToken');
  });

  it.each([
    ['absent', undefined],
    ['of another scheme', 'basic abc'],
    ['empty', 'bearer '],
  ])('is missing when the header is %s', async (_, authorization) => {
    const answer = await push(session, '', { headers: { authorization } });
    expect([answer.status, jsonOf(answer)]).toEqual([403, { reason: 'MissingProviderToken' }]);
  });

  it('expires when it is more than an hour old', async () => {
    const jwt = await team.jwt(NOW);
    simulator.clock.ms += 60 * MINUTE_MS;
    expect(await reasonOf(jwt)).toBe('200');
    simulator.clock.ms += 1000;
    expect(await reasonOf(jwt)).toBe('403 ExpiredProviderToken');
  });

  it('is refused on a host that its key is not for', async () => {
    simulator.state.vendors.apns.keys.clear();
    const sandboxOnly = registerTeam(simulator, { environments: ['sandbox'] });
    const jwt = await sandboxOnly.jwt(NOW);
    expect(await reasonOf(jwt)).toBe('403 BadEnvironmentKeyIdInToken');
    const sandbox = await openApns(simulator, 'sandbox');
    expect(await reasonOf(jwt, sandbox)).toBe('200');
    sandbox.destroy();
  });

  it('is refused once its key is revoked', async () => {
    const jwt = await team.jwt(NOW);
    expect(await reasonOf(jwt)).toBe('200');
    simulator.state.vendors.apns.keys.remove(KEY_ID);
    expect(await reasonOf(jwt)).toBe('403 InvalidProviderToken');
  });
});

describe('a new provider token of the same key', () => {
  it('is refused within 20 minutes, while the old one goes on working', async () => {
    const first = await team.jwt(NOW);
    await reasonOf(first);
    simulator.clock.ms += 19 * MINUTE_MS;
    expect(await reasonOf(await team.jwt(NOW + 19 * 60))).toBe('429 TooManyProviderTokenUpdates');
    expect(await reasonOf(first)).toBe('200');
  });

  it('is accepted after 20 minutes, and the old one stays valid', async () => {
    const first = await team.jwt(NOW);
    await reasonOf(first);
    simulator.clock.ms += 20 * MINUTE_MS;
    expect(await reasonOf(await team.jwt(NOW + 20 * 60))).toBe('200');
    expect(await reasonOf(first)).toBe('200');
  });

  it('is refused on another connection too', async () => {
    await reasonOf(await team.jwt(NOW));
    const other = await openApns(simulator);
    expect(await reasonOf(await team.jwt(NOW + 1), other)).toBe('429 TooManyProviderTokenUpdates');
    other.destroy();
  });

  it('is accepted on another connection when updates are counted per connection', async () => {
    const lenient = await startTestSimulator({ limits: { apns: { providerTokenUpdatesPer: 'connection' } } });
    const lenientTeam = registerTeam(lenient);
    const [one, two] = [await openApns(lenient), await openApns(lenient)];
    expect(await reasonOf(await lenientTeam.jwt(NOW), one)).toBe('200');
    expect(await reasonOf(await lenientTeam.jwt(NOW + 1), two)).toBe('200');
    expect(await reasonOf(await lenientTeam.jwt(NOW + 2), two)).toBe('429 TooManyProviderTokenUpdates');
    one.destroy();
    two.destroy();
    await lenient.close();
  });

  it('counts as one more token minted', async () => {
    const first = await team.jwt(NOW);
    await reasonOf(first);
    await reasonOf(first);
    await reasonOf(await team.jwt(NOW + 1));
    expect(simulator.state.counters.of('apns').credentialTokens).toEqual({ [KEY_ID]: 2 });
  });
});

describe('a connection', () => {
  it('refuses another key than the one that opened it, and a new connection takes it', async () => {
    const second = registerTeam(simulator, { keyId: 'KEY0000002' });
    await reasonOf(await team.jwt(NOW));
    const jwt = await second.jwt(NOW);
    expect(await reasonOf(jwt)).toBe('403 UnrelatedKeyIdInToken');
    const fresh = await openApns(simulator);
    expect(await reasonOf(jwt, fresh)).toBe('200');
    fresh.destroy();
  });

  it('takes a related key', async () => {
    simulator.state.vendors.apns.keys.clear();
    const first = registerTeam(simulator, { relatedKeyIds: ['KEY0000002'] });
    const second = registerTeam(simulator, { keyId: 'KEY0000002' });
    expect(await reasonOf(await first.jwt(NOW))).toBe('200');
    expect(await reasonOf(await second.jwt(NOW))).toBe('200');
  });

  it('is not bound by a refused token', async () => {
    const second = registerTeam(simulator, { keyId: 'KEY0000002' });
    await reasonOf(await team.jwt(NOW - 4000));
    expect(await reasonOf(await second.jwt(NOW))).toBe('200');
  });

  it('knows the bundle ids of its key as they were when it was bound', async () => {
    const { privateKey, publicKeyPem } = ecPair();
    const facts = { teamId: TEAM_ID, keyId: KEY_ID, publicKeyPem };
    const { keys } = simulator.state.vendors.apns;
    keys.put({ ...facts, topics: ['im.example.chat'] });
    const jwt = await sign({ iss: TEAM_ID, iat: NOW }, { alg: 'ES256', kid: KEY_ID }, privateKey);
    expect(await reasonOf(jwt)).toBe('200');
    keys.put({ ...facts, topics: ['im.example.chat', 'im.example.other'] });
    const other = { token: TOKEN.replace('9f', 'aa'), headers: { 'apns-topic': 'im.example.other' } };
    expect(jsonOf(await push(session, jwt, other))).toEqual({ reason: 'TopicDisallowed' });
    const fresh = await openApns(simulator);
    expect((await push(fresh, jwt, other)).status).toBe(200);
    fresh.destroy();
  });
});

import { connect as connectTls } from 'node:tls';
import { get } from 'node:https';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Simulator } from '../src/index.ts';
import { type ApnsTeam, openApns, push, registerTeam } from './apns-harness.ts';
import { START_MS, startTestSimulator } from './harness.ts';

let simulator: Simulator;
let team: ApnsTeam;

beforeEach(async () => {
  simulator = await startTestSimulator({ limits: { apns: { streams: 321 } } });
  team = registerTeam(simulator);
});

afterEach(async () => {
  await simulator.close();
});

describe('a connection to APNs', () => {
  it('allows one stream until the first request with a good token was answered', async () => {
    const session = await openApns(simulator);
    expect(session.remoteSettings.maxConcurrentStreams).toBe(1);
    await push(session, 'bad-token');
    await push(session, 'bad-token');
    expect(session.remoteSettings.maxConcurrentStreams).toBe(1);
    const raised = new Promise((resolve) => session.once('remoteSettings', resolve));
    await push(session, await team.jwt(START_MS / 1000));
    expect(await raised).toMatchObject({ maxConcurrentStreams: 321 });
    session.destroy();
  });

  it('answers many pushes at once', async () => {
    const session = await openApns(simulator);
    const jwt = await team.jwt(START_MS / 1000);
    const raised = new Promise((resolve) => session.once('remoteSettings', resolve));
    await push(session, jwt);
    await raised;
    const tokens = Array.from({ length: 300 }, (_, index) => index.toString(16).padStart(64, '0'));
    const answers = await Promise.all(tokens.map(async (token) => await push(session, jwt, { token })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(simulator.state.counters.of('apns')).toMatchObject({ requests: 301, accepted: 301, connections: 1 });
    session.destroy();
  });

  it('speaks HTTP/2 by ALPN and no TLS older than 1.2', async () => {
    const { port } = new URL(simulator.urls.apnsProduction);
    const socket = connectTls({ port: Number(port), host: '127.0.0.1', ca: simulator.caPem, ALPNProtocols: ['h2'] });
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    expect(socket.authorized).toBe(true);
    expect(socket.alpnProtocol).toBe('h2');
    socket.destroy();
    const old = connectTls({
      port: Number(port),
      host: '127.0.0.1',
      ca: simulator.caPem,
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
    });
    await expect(
      new Promise((resolve, reject) => {
        old.once('secureConnect', resolve);
        old.once('error', reject);
      }),
    ).rejects.toThrow();
  });

  it('is of no use to an HTTP/1.1 client', async () => {
    const outcome = await new Promise<string>((resolve) => {
      const request = get(`${simulator.urls.apnsProduction}/3/device/00`, { ca: simulator.caPem }, (response) => {
        response.resume();
        resolve(String(response.statusCode));
      });
      request.on('error', () => resolve('error'));
    });
    expect(['error', '403']).toContain(outcome);
    expect(simulator.state.counters.of('apns').requests).toBe(0);
  });
});

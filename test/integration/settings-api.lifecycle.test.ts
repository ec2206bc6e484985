import { once } from 'node:events';
import { request } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { AppRepository, AppTokenRepository, createDataSource } from '#libs/database';
import { migrateQueue } from '#libs/queue';
import { createTestDatabase } from '#libs/testing';
import { pino } from 'pino';
import { createSettingsApi } from '../../apps/settings-api/src/index.ts';
import { startFixture, testEnvironment } from './settings-api.support.ts';

const silent = pino({ level: 'silent' });

describe('createSettingsApi', () => {
  it('answers what is under way before it closes', async () => {
    const fixture = await startFixture();
    const { hostname, port } = new URL(fixture.api.url);
    const headers = { authorization: `Bearer ${fixture.app.token}`, 'content-length': 20 };
    const outgoing = request({ hostname, port, path: '/org1/app1/users/late', method: 'PUT', headers });
    const status = new Promise((resolve, reject) => {
      outgoing.on('response', (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      outgoing.on('error', reject);
    });
    const arrived = once(fixture.api.app.getHttpServer(), 'request');
    outgoing.write('{"nickname"');
    await arrived;
    const closed = fixture.close();
    outgoing.end(':"late" }');
    expect(await status).toBe(200);
    await closed;
    await expect(fetch(`${fixture.api.url}/healthz`)).rejects.toThrow();
  });

  it('cuts off a client that never finishes when the deadline is over', async () => {
    const fixture = await startFixture({ SHUTDOWN_DEADLINE_MS: '100' });
    const { hostname, port } = new URL(fixture.api.url);
    const headers = { authorization: `Bearer ${fixture.app.token}`, 'content-length': 20 };
    const outgoing = request({ hostname, port, path: '/org1/app1/users/late', method: 'PUT', headers });
    const ended = new Promise((resolve) => outgoing.on('error', resolve).on('response', resolve));
    const arrived = once(fixture.api.app.getHttpServer(), 'request');
    outgoing.write('{');
    await arrived;
    await fixture.close();
    await ended;
  });

  it('does not start on a queue that is not migrated, and leaves nothing open', async () => {
    const database = await createTestDatabase();
    const environment = testEnvironment(database.url, { REDIS_URL: '' });
    await expect(createSettingsApi(environment, { logger: silent })).rejects.toThrow('the queue is not migrated');
    await database.drop();
  });

  it('does not start on a port that is taken', async () => {
    const fixture = await startFixture();
    const environment = testEnvironment(fixture.database.url, { HTTP_PORT: new URL(fixture.api.url).port });
    await expect(createSettingsApi(environment, { logger: silent })).rejects.toThrow('EADDRINUSE');
    expect((await fixture.call('GET', '/readyz')).status).toBe(200);
    await fixture.close();
  });

  it('works without Redis, with the queue on Postgres', async () => {
    const database = await createTestDatabase();
    await migrateQueue({ databaseUrl: database.url });
    const dataSource = await createDataSource(database.url).initialize();
    const app = await new AppRepository(dataSource).create('org1', 'app1');
    const { token } = await new AppTokenRepository(dataSource).create(app?.id ?? 0, 'test');
    await dataSource.destroy();
    const api = await createSettingsApi(testEnvironment(database.url, { REDIS_URL: '' }), { logger: silent });
    const response = await fetch(`${api.url}/org1/app1/push/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ chatType: 'user', sender: { username: 'a' }, receivers: ['b'] }),
    });
    expect(response.status).toBe(202);
    expect((await fetch(`${api.url}/readyz`)).status).toBe(200);
    await api.close();
    await database.drop();
  });

  it('answers in its own form when the database is gone, and says so when asked', async () => {
    const fixture = await startFixture();
    await fixture.database.drop();
    const answer = await fixture.call('GET', '/org1/app1/users/u1');
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({ error: 'service_unavailable', error_description: 'server timeout' });
    const ready = await fixture.call('GET', '/readyz');
    expect(ready.status).toBe(503);
    expect(ready.body).toEqual({ status: 'not ready', failed: ['postgres'] });
    expect((await fixture.call('GET', '/healthz')).status).toBe(200);
    await fixture.close();
  });
});

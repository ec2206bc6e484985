import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { at, putApnsCredential, startFixture, type Answer, type Fixture } from './settings-api.support.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
  await putApnsCredential(fixture, fixture.app, 'ios');
  await putApnsCredential(fixture, fixture.app, 'ios2');
});
afterAll(async () => {
  await fixture.close();
});

const AT_ONCE = 20;

async function atOnce(work: (index: number) => Promise<Answer>): Promise<Answer[]> {
  return await Promise.all(Array.from({ length: AT_ONCE }, async (_, index) => await work(index)));
}

function statuses(answers: readonly Answer[]): number[] {
  return [...new Set(answers.map(({ status }) => status))].sort();
}

describe('writes at once', () => {
  it('make one user', async () => {
    const path = '/org1/app1/users/raced';
    const answers = await atOnce(async (index) => await fixture.call('PUT', path, { body: { nickname: `n${index}` } }));
    expect(statuses(answers)).toEqual([200]);
    expect(new Set(answers.map(({ body }) => at(body, 'entities', 0, 'uuid'))).size).toBe(1);
  });

  it('merge into one conversation setting', async () => {
    const path = '/org1/app1/users/u1/notification/chatgroup/raced';
    const bodies = [{ type: 'NONE' }, { ignoreInterval: '1:00-2:00' }, { ignoreDuration: 1_000 }];
    const answers = await atOnce(async (index) => await fixture.call('PUT', path, { body: bodies[index % 3] }));
    expect(statuses(answers)).toEqual([200]);
    expect((await fixture.call('GET', path)).body['data']).toMatchObject({ type: 'NONE', ignoreInterval: '1:00-2:00' });
  });

  it('create one template', async () => {
    const body = { name: 'raced', title_pattern: 'a', content_pattern: 'b' };
    const answers = await atOnce(async () => await fixture.call('POST', '/org1/app1/notification/template', { body }));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body: answer }) => answer['error'] === 'duplicate_unique_property_exists')).toHaveLength(
      19,
    );
  });

  it('leave one token with one device', async () => {
    const devices = '/org1/app1/users/u1/devices';
    const answers = await atOnce(
      async (index) =>
        await fixture.call('PUT', `${devices}/raced${index}`, { body: { credential: 'ios', token: 'one' } }),
    );
    expect(statuses(answers)).toEqual([200]);
    const { body } = await fixture.call('GET', devices);
    const tokens = (body['data'] as { tokens: { token: string }[] }[]).flatMap((device) => device.tokens);
    expect(tokens.filter(({ token }) => token === 'one')).toHaveLength(1);
  });

  it('let devices swap their tokens', async () => {
    const devices = '/org1/app1/users/u1/devices';
    const answers = await atOnce(
      async (index) =>
        await fixture.call('PUT', `${devices}/swap${index % 2}`, {
          body: { credential: 'ios', token: `swap${Math.floor(index / 2) % 2}` },
        }),
    );
    expect(statuses(answers)).toEqual([200]);
  });

  it('let devices swap several tokens, each of which ends with one device', async () => {
    const devices = '/org1/app1/users/u1/devices';
    const answers = await atOnce(async (index) => {
      const turn = Math.floor(index / 2);
      const tokens = [
        { credential: 'ios', token: `first${turn % 2}` },
        { credential: 'ios2', token: `second${(index + turn) % 2}` },
      ];
      return await fixture.call('PUT', `${devices}/several${index % 2}`, {
        body: { tokens: index % 3 === 0 ? tokens.toReversed() : tokens },
      });
    });
    expect(answers.filter(({ status }) => status !== 200).map(({ text }) => text)).toEqual([]);
    const { body } = await fixture.call('GET', devices);
    const held = (body['data'] as { tokens: { credential: string; token: string }[] }[])
      .flatMap(({ tokens }) => tokens.map(({ credential, token }) => `${credential} ${token}`))
      .filter((name) => /first|second/.test(name));
    expect(new Set(held).size).toBe(held.length);
  });

  it('add tokens of different credentials to one device, and lose none', async () => {
    const device = '/org1/app1/users/u1/devices/gathers';
    const answers = await atOnce(
      async (index) =>
        await fixture.call('PUT', device, {
          body: { credential: index % 2 === 0 ? 'ios' : 'ios2', token: `gathered${index}` },
        }),
    );
    expect(statuses(answers)).toEqual([200]);
    expect(at((await fixture.call('GET', device)).body, 'data', 'tokens')).toMatchObject([
      { credential: 'ios' },
      { credential: 'ios2' },
    ]);
  });

  it('replace a credential that others delete', async () => {
    const path = '/org1/app1/push/credentials/raced';
    const answers = await atOnce(async (index) => {
      if (index % 2 === 1) return await fixture.call('DELETE', path);
      await putApnsCredential(fixture, fixture.app, 'raced');
      return await fixture.call('GET', path);
    });
    expect(statuses(answers).every((status) => status === 200 || status === 404)).toBe(true);
  });

  it('get clear answers while the user is deleted', async () => {
    const path = '/org1/app1/users/mortal';
    await fixture.call('PUT', path);
    const answers = await atOnce(async (index) => {
      switch (index % 5) {
        case 0:
          return await fixture.call('DELETE', path);
        case 1:
          return await fixture.call('PUT', path);
        case 2:
          return await fixture.call('PUT', `${path}/notification/chatgroup/g1`, { body: { type: 'AT' } });
        case 3:
          return await fixture.call('PUT', `${path}/devices/d1`, { body: { credential: 'ios', token: 'mortal' } });
        default:
          return await fixture.call('PUT', `${path}/notification/user/mortal`, { body: { type: 'AT' } });
      }
    });
    expect(answers.filter(({ status }) => status >= 500).map(({ text }) => text)).toEqual([]);
  });
});

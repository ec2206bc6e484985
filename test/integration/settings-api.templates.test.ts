import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { START, startFixture, type Answer, type Fixture } from './settings-api.support.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(async () => {
  await fixture.close();
});

const TEST7 = { name: 'test7', title_pattern: 'Hello,{0}', content_pattern: 'Test,{0}' };
const TEST7_SHOWN = { ...TEST7, createAt: START, updateAt: START };

async function create(body: unknown): Promise<Answer> {
  return await fixture.call('POST', '/org1/app1/notification/template', { body });
}

beforeEach(async () => {
  await fixture.call('DELETE', '/org1/app1/notification/template/test7');
});

describe('templates', () => {
  it('case 32: are created, patterns untouched', async () => {
    const { status, body } = await create(TEST7);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      action: 'post',
      uri: `${fixture.api.url}/org1/app1/notification/template`,
      data: TEST7_SHOWN,
    });
    expect(body).not.toHaveProperty('path');
  });

  it('case 33: are read and deleted by name', async () => {
    await create(TEST7);
    const path = '/org1/app1/notification/template/test7';
    expect((await fixture.call('GET', path)).body).toMatchObject({ action: 'get', data: TEST7_SHOWN });
    expect((await fixture.call('DELETE', path)).body).toMatchObject({ action: 'delete', data: TEST7_SHOWN });
    for (const method of ['GET', 'DELETE']) {
      const { status, body } = await fixture.call(method, path);
      expect(status).toBe(400);
      expect(body).toMatchObject({ error: 'entity_not_found', error_description: 'test7 template is not exist' });
    }
  });

  it.each(['name', 'title_pattern', 'content_pattern'])('case 34: are refused without %s', async (field) => {
    const { status, body } = await create({ ...TEST7, [field]: undefined });
    expect(status).toBe(400);
    expect(body['error_description']).toBe(`parameters is invalid : ${field}`);
  });

  it.each(['x'.repeat(65), 'a b', '', 'é', 'a/b'])('case 35: are refused with the name %j', async (name) => {
    const { status, body } = await create({ ...TEST7, name });
    expect(status).toBe(400);
    expect(body['error_description']).toBe('parameters is invalid : name');
  });

  it('case 36: are created once', async () => {
    await create(TEST7);
    const { status, body } = await create({ ...TEST7, title_pattern: 'other' });
    expect(status).toBe(400);
    expect(body['error']).toBe('duplicate_unique_property_exists');
    expect((await fixture.call('GET', '/org1/app1/notification/template/test7')).body['data']).toEqual(TEST7_SHOWN);
  });

  it.each(['at_push_template', 'default', 'a-b', 'x'.repeat(64)])('case 37: may be named %s', async (name) => {
    expect((await create({ ...TEST7, name })).status).toBe(200);
  });

  it('are refused with patterns that are too long', async () => {
    expect((await create({ ...TEST7, title_pattern: 'x'.repeat(4_097) })).status).toBe(400);
  });
});

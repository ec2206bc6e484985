import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { startFixture, type Fixture } from './settings-api.support.ts';

interface Operation {
  operationId: string;
  summary?: string;
  parameters: { name: string; in: string; required?: boolean; schema: Record<string, unknown> }[];
  requestBody?: { content: Record<string, { schema: Record<string, unknown> }> };
  security?: unknown[];
  responses: Record<string, { description: string; content?: Record<string, { schema: unknown }> }>;
}

interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown>; securitySchemes: Record<string, unknown> };
  security: unknown[];
}

let fixture: Fixture;
let document: Document;
let operations: { path: string; method: string; operation: Operation }[];
beforeAll(async () => {
  fixture = await startFixture();
  document = (await fixture.call('GET', '/docs-json', { token: null })).body as unknown as Document;
  operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );
});
afterAll(async () => {
  await fixture.close();
});

/** Every `$ref` of a JSON value. */
function refsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : refsOf(inner),
  );
}

describe('the OpenAPI document', () => {
  it('is of version 3 and asks for a bearer token', () => {
    expect(document.openapi).toMatch(/^3\.0\./);
    expect(document.components.securitySchemes).toEqual({
      bearer: { type: 'http', scheme: 'bearer', description: expect.any(String) },
    });
    expect(document.security).toEqual([{ bearer: [] }]);
  });

  it('lists every route of the API', () => {
    expect(operations.map(({ path, method }) => `${method} ${path.replace('/{org}/{app}/', '')}`).sort()).toEqual([
      'delete notification/template/{name}',
      'delete push/credentials/{name}',
      'delete push/groups/{group}',
      'delete push/label/{label}',
      'delete push/label/{label}/user',
      'delete users/{username}',
      'delete users/{username}/devices/{deviceId}',
      'delete users/{username}/devices/{deviceId}/tokens/{credential}',
      'get notification/template/{name}',
      'get notifiers',
      'get push/credentials',
      'get push/credentials/{name}',
      'get push/credentials/{name}/quota',
      'get push/data/offline-push/begin/{begin}/end/{end}',
      'get push/features',
      'get push/groups/{group}',
      'get push/label',
      'get push/label/{label}',
      'get push/label/{label}/user',
      'get push/label/{label}/user/{member}',
      'get push/messages/{id}',
      'get push/quotas',
      'get users/{username}',
      'get users/{username}/devices',
      'get users/{username}/devices/{deviceId}',
      'get users/{username}/notification',
      'get users/{username}/notification/language',
      'get users/{username}/notification/mute/type',
      'get users/{username}/notification/template',
      'get users/{username}/notification/{chattype}/{key}',
      'get users/{username}/push/binding',
      'post messages/chatgroups',
      'post messages/users',
      'post notification/template',
      'post push/async/{target}',
      'post push/credentials/{name}/check',
      'post push/label',
      'post push/label/{label}/user',
      'post push/list',
      'post push/list/label',
      'post push/messages',
      'post push/messages/dry-run',
      'post push/single',
      'post push/sync/{target}',
      'post push/task',
      'post token',
      'put notification/template/{name}',
      'put push/credentials/{name}',
      'put push/credentials/{name}/quota',
      'put push/features',
      'put push/groups/{group}',
      'put push/nickname',
      'put users/{username}',
      'put users/{username}/devices/{deviceId}',
      'put users/{username}/devices/{deviceId}/presence',
      'put users/{username}/notification/language',
      'put users/{username}/notification/template',
      'put users/{username}/notification/{chattype}/{key}',
      'put users/{username}/push/binding',
    ]);
  });

  it('names every operation once, and says what it is for', () => {
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
    for (const { operation } of operations) expect(operation.summary).toBeTruthy();
  });

  it('declares the parameters of every path, each once', () => {
    for (const { path, operation } of operations) {
      const inPath = operation.parameters.filter((parameter) => parameter.in === 'path');
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(inPath.map(({ name }) => name).sort()).toEqual(names.sort());
      for (const parameter of operation.parameters) expect(parameter.schema).toBeDefined();
      for (const { required } of inPath) expect(required).toBe(true);
    }
  });

  it('lets none but POST token be called without a bearer token', () => {
    const own = operations.filter(({ operation }) => operation.security !== undefined);
    expect(own.map(({ path, method }) => `${method} ${path}`)).toEqual(['post /{org}/{app}/token']);
    expect(own[0]?.operation.security).toHaveLength(2);
    expect(own[0]?.operation.security).toEqual(expect.arrayContaining([{}, { bearer: [] }]));
  });

  it('describes successes and failures of every operation, and of the statistics the failure alone', () => {
    const failing = operations.filter(({ operation }) => Object.keys(operation.responses).join() === 'default');
    expect(failing.map(({ path }) => path)).toEqual(['/{org}/{app}/push/data/offline-push/begin/{begin}/end/{end}']);
    for (const { path, method, operation } of operations) {
      for (const [status, response] of Object.entries(operation.responses)) {
        const schema = response.content?.['application/json']?.schema;
        expect([method, path, status, typeof schema]).toEqual([method, path, status, 'object']);
      }
      expect(operation.responses['default']?.content?.['application/json']?.schema).toEqual({
        $ref: '#/components/schemas/Error',
      });
    }
  });

  it('describes the body of every operation that takes one, with an example', () => {
    const asks = ({ method, path }: { method: string; path: string }): boolean =>
      method === 'put' || (method === 'post' && !path.endsWith('/check'));
    const bodies = operations.filter((one) => asks(one) || one.operation.requestBody !== undefined);
    expect(bodies.map(({ method }) => method)).toContain('delete');
    const without = bodies.filter(({ operation }) => {
      const schema = operation.requestBody?.content['application/json']?.schema;
      return schema?.['example'] === undefined;
    });
    expect(without.map(({ path }) => path)).toEqual([]);
  });

  it('is valid', async () => {
    expect(await new Validator().validate({ ...document })).toEqual({ valid: true });
  });

  it('has a target for every reference', () => {
    for (const ref of new Set(refsOf(document))) {
      const target = ref
        .slice(2)
        .split('/')
        .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], document);
      expect([ref, typeof target]).toEqual([ref, 'object']);
    }
  });
});

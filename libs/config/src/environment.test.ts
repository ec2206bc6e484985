import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { EnvironmentError, environmentSchema, readEnvironment } from './environment.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');
const minimal = { DATABASE_URL: 'postgres://localhost/offpush', SECRET_KEYS: `k1:${KEY}` };

describe('readEnvironment', () => {
  it('fills everything but the database and the keys with defaults', () => {
    const environment = readEnvironment(minimal);
    expect(environment.REDIS_URL).toBeUndefined();
    expect(environment.SENDER_VENDORS).toContain('meizu');
    expect(environment.SECRET_KEYS.current).toBe('k1');
  });

  it('lists every bad or missing variable at once', () => {
    const read = (): unknown => readEnvironment({ HTTP_PORT: '70000', SENDER_VENDORS: 'apns,pigeon' });
    expect(read).toThrow(EnvironmentError);
    expect(read).toThrow(/DATABASE_URL is missing[^]*SECRET_KEYS is missing[^]*HTTP_PORT[^]*SENDER_VENDORS/);
  });

  it('takes an empty variable for an absent one', () => {
    expect(readEnvironment({ ...minimal, REDIS_URL: '', HTTP_PORT: '' }).HTTP_PORT).toBe(3000);
  });

  it.each([
    'redis://localhost',
    'rediss://user:password@redis.example.com:6380/0',
    'redis://one:6379,two:6379,three',
    'redis://one:6379,redis://two:6379',
  ])('takes REDIS_URL %s', (url) => {
    expect(readEnvironment({ ...minimal, REDIS_URL: url }).REDIS_URL).toBe(url);
  });

  it.each([
    'localhost:6379',
    'http://localhost',
    'redis://',
    'redis://one:99999',
    'redis://one,',
    'redis://one,http://two',
  ])('refuses REDIS_URL %s', (url) => {
    expect(() => readEnvironment({ ...minimal, REDIS_URL: url })).toThrow(/REDIS_URL/);
  });

  it.each(['https://user:s3cret@ops.example.com/', 'http://token@ops.example.com/', 'ftp://ops.example.com/', 'ops'])(
    'refuses QUOTA_WEBHOOK_URL %s without quoting it',
    (url) => {
      const read = (): unknown => readEnvironment({ ...minimal, QUOTA_WEBHOOK_URL: url });
      expect(read).toThrow(/QUOTA_WEBHOOK_URL: (?!.*(example|s3cret))/);
    },
  );

  it('takes a QUOTA_WEBHOOK_URL with a secret path', () => {
    const url = 'https://ops.example.com/hooks/@a:b?key=c';
    expect(readEnvironment({ ...minimal, QUOTA_WEBHOOK_URL: url }).QUOTA_WEBHOOK_URL).toBe(url);
  });

  it.each([
    ['of fewer than 16 characters', { QUOTA_WEBHOOK_SECRET: 'x'.repeat(15) }, 'https://ops.example.com/'],
    ['that signs nothing', { QUOTA_WEBHOOK_SECRET: 'x'.repeat(16) }, ''],
    ['that signs nothing, beside other problems', { QUOTA_WEBHOOK_SECRET: 'x'.repeat(16), HTTP_PORT: '70000' }, ''],
  ])('refuses a QUOTA_WEBHOOK_SECRET %s', (_case, variables, url) => {
    const read = (): unknown => readEnvironment({ ...minimal, QUOTA_WEBHOOK_URL: url, ...variables });
    expect(read).toThrow(/QUOTA_WEBHOOK_SECRET: (?!.*xx)/);
  });

  it('takes a QUOTA_WEBHOOK_SECRET of 16 characters with a QUOTA_WEBHOOK_URL', () => {
    const variables = { QUOTA_WEBHOOK_URL: 'https://ops.example.com/', QUOTA_WEBHOOK_SECRET: 'x'.repeat(16) };
    expect(readEnvironment({ ...minimal, ...variables })).toMatchObject(variables);
  });

  it.each([
    ['a short key', 'k1:c2hvcnQ='],
    ['no id', `:${KEY}`],
    ['an id twice', `k1:${KEY},k1:${KEY}`],
    ['nothing', ' '],
  ])('refuses SECRET_KEYS with %s', (_case, keys) => {
    expect(() => readEnvironment({ ...minimal, SECRET_KEYS: keys })).toThrow(/SECRET_KEYS/);
  });

  it('encrypts with the first of several keys and keeps the others', () => {
    const { SECRET_KEYS: secretKeys } = readEnvironment({ ...minimal, SECRET_KEYS: `k2:${KEY},k1:${KEY}` });
    expect(secretKeys.current).toBe('k2');
    expect([...secretKeys.keys.keys()]).toEqual(['k2', 'k1']);
  });
});

describe('docs/config.md and .env.example', () => {
  const names = Object.keys(environmentSchema.shape).sort();

  it('list exactly the variables that are read', () => {
    const documented = [...readFileSync('docs/config.md', 'utf8').matchAll(/^\| `([A-Z_]+)`\s*\|/gm)].map(
      ([, name]) => name,
    );
    expect(documented.sort()).toEqual(names);
    const example = [...readFileSync('.env.example', 'utf8').matchAll(/^#? ?([A-Z_]+)=/gm)].map(([, name]) => name);
    expect(example.sort()).toEqual(names);
  });
});

import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import {
  classesSchema,
  classNameSchema,
  clickActions,
  httpsUrlSchema,
  packageNameSchema,
} from './credential-fields.ts';

describe('httpsUrlSchema', () => {
  it.each<[string, boolean]>([
    ['https://push.example.org/r?a=1', true],
    ['https://push.example.org:8443', true],
    [`https://a.example/${'x'.repeat(1_000 - 18)}`, true],
    [`https://a.example/${'x'.repeat(1_001 - 18)}`, false],
    ['http://push.example.org', false],
    ['ftp://push.example.org', false],
    ['javascript:alert(1)', false],
    ['push.example.org', false],
    ['', false],
  ])('%s: %s', (url, valid) => {
    expect(httpsUrlSchema.safeParse(url).success).toBe(valid);
  });
});

describe('packageNameSchema', () => {
  it.each<[string, boolean]>([
    ['org.example.chat', true],
    ['org.example', true],
    ['Org.Ex_ample.c1', true],
    ['example', false],
    ['org..example', false],
    ['.org.example', false],
    ['org.example.', false],
    ['1org.example', false],
    ['org.1example', false],
    ['org.example,org.other', false],
    ['org.example chat', false],
    ['org.exämple', false],
    ['org.example\n', false],
    [`org.${'a'.repeat(251)}`, true],
    [`org.${'a'.repeat(252)}`, false],
    ['', false],
  ])('%j: %s', (name, valid) => {
    expect(packageNameSchema.safeParse(name).success).toBe(valid);
  });
});

describe('classNameSchema', () => {
  it.each<[string, boolean]>([
    ['org.example.chat.MainActivity', true],
    ['org.example.Main$Inner', true],
    ['_org.example.Main', true],
    ['MainActivity', false],
    ['.MainActivity', false],
    ['org.example/.Main', false],
    ['org.example.Main;x', false],
    ['', false],
  ])('%j: %s', (name, valid) => {
    expect(classNameSchema.safeParse(name).success).toBe(valid);
  });
});

describe('clickActions', () => {
  const schema = z.discriminatedUnion('kind', [
    clickActions.app,
    clickActions.action,
    clickActions.activity,
    clickActions.intent,
    clickActions.url,
  ]);

  it.each<[Record<string, unknown>, boolean]>([
    [{ kind: 'app' }, true],
    [{ kind: 'app', url: 'https://example.org' }, false],
    [{ kind: 'action', action: 'org.example.OPEN' }, true],
    [{ kind: 'action', action: '' }, false],
    [{ kind: 'action' }, false],
    [{ kind: 'activity', activity: 'org.example.Main' }, true],
    [{ kind: 'activity', activity: 'Main' }, false],
    [{ kind: 'intent', uri: 'intent:#Intent;end' }, true],
    [{ kind: 'intent', uri: '' }, false],
    [{ kind: 'url', url: 'https://example.org' }, true],
    [{ kind: 'url', url: 'http://example.org' }, false],
    [{ kind: 'other' }, false],
    [{}, false],
  ])('%j: %s', (click, valid) => {
    expect(schema.safeParse(click).success).toBe(valid);
  });
});

describe('classesSchema', () => {
  const schema = classesSchema(z.strictObject({ channel: z.string(), level: z.int().default(1) }));

  it('takes an entry per purpose, all optional', () => {
    const classes = { chat: { channel: 'im' }, call: { channel: 'call', level: 2 }, system: undefined };
    expect(schema.parse(classes)).toEqual({
      chat: { channel: 'im', level: 1 },
      call: { channel: 'call', level: 2 },
      system: undefined,
    });
  });

  it('is empty where nothing is said', () => {
    expect(schema.parse(undefined)).toEqual({});
  });

  it.each<[string, unknown]>([
    ['an unknown purpose', { news: { channel: 'n' } }],
    ['an entry of another shape', { chat: { category: 'IM' } }],
    ['an entry with more', { chat: { channel: 'im', category: 'IM' } }],
    ['no object', []],
  ])('refuses %s', (_, classes) => {
    expect(schema.safeParse(classes).success).toBe(false);
  });
});

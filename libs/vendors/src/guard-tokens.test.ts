import { describe, expect, it } from '@jest/globals';
import type { Outcome } from '#libs/contracts';
import { NOW } from '../test/fixtures.ts';
import type { CallReading } from './batch-send.ts';
import { CredentialHealth } from './credential-health.ts';
import { guardTokens } from './guard-tokens.ts';

const GONE: Outcome = { kind: 'token_gone', code: 'x', goneAt: null };
const ACCEPTED: Outcome = { kind: 'accepted', vendorId: null };

const readingOf = (...outcomes: Outcome[]): CallReading => ({
  targets: outcomes.map((outcome) => ({ outcome, remedy: null })),
  wholeCredential: null,
});
const kindsOf = ({ targets }: CallReading): string[] => targets.map(({ outcome }) => outcome.kind);
const many = (count: number): Outcome[] => Array.from({ length: count }, () => GONE);
const times = (count: number, kind: string): string[] => Array.from({ length: count }, () => kind);

describe('guardTokens', () => {
  it('drops a few tokens of a credential that has accepted nothing yet, then no more', () => {
    const health = new CredentialHealth();
    const first = guardTokens(readingOf(...many(4)), health, NOW);
    expect([kindsOf(first.reading), first.blamed]).toEqual([times(4, 'token_gone'), null]);
    const next = guardTokens(readingOf(GONE), health, NOW);
    expect([kindsOf(next.reading), next.blamed]).toEqual([['misconfigured'], 'x']);
  });

  it('drops none of an answer that calls many dead', () => {
    const { reading, blamed } = guardTokens(readingOf(...many(5)), new CredentialHealth(), NOW);
    expect([kindsOf(reading), blamed]).toEqual([times(5, 'misconfigured'), 'x']);
  });

  it('drops as many as are dead once one push was accepted, in the same answer or within a day', () => {
    const health = new CredentialHealth();
    const first = guardTokens(readingOf(...many(9), ACCEPTED), health, NOW);
    const later = guardTokens(readingOf(...many(9)), health, NOW + 3_600_000);
    for (const { reading, blamed } of [first, later]) {
      expect([kindsOf(reading).slice(0, 9), blamed]).toEqual([times(9, 'token_gone'), null]);
    }
  });

  it('drops none of many where an accepted push proves nothing', () => {
    const health = new CredentialHealth();
    guardTokens(readingOf(ACCEPTED), health, NOW);
    const { reading } = guardTokens(readingOf(...many(9)), health, NOW, { isProvenByAccepted: false });
    expect(kindsOf(reading)).toEqual(times(9, 'misconfigured'));
  });

  it('lets answers alone that only a token of this app can get', () => {
    const { reading } = guardTokens(readingOf(...many(9)), new CredentialHealth(), NOW, { isDoubtful: () => false });
    expect(kindsOf(reading)).toEqual(times(9, 'token_gone'));
  });

  it('lets answers alone that a remedy may yet change', () => {
    const targets = many(9).map((outcome) => ({ outcome, remedy: 'alone' as const }));
    const { reading } = guardTokens<never>({ targets, wholeCredential: null }, new CredentialHealth(), NOW);
    expect(kindsOf(reading)).toEqual(times(9, 'token_gone'));
  });
});

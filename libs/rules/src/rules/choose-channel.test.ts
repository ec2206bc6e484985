import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { policySchema, VENDOR_NAMES, type TokenFacts, type VendorName } from '#libs/contracts';
import { aDevice, aToken, HOUR, NOW, verdictOf, type Case } from '../../test/fixtures.ts';

/** A token whose credential is named after its vendor. */
function tokenOf(vendor: VendorName, fields: Partial<TokenFacts> = {}): TokenFacts {
  return aToken({ vendor, credential: vendor, ...fields });
}

function verdictOn(tokens: readonly TokenFacts[], more: Case = {}) {
  return verdictOf({ ...more, devices: [aDevice({ tokens })] });
}

/** Credentials that are sent to. */
function sentTo(tokens: readonly TokenFacts[], more: Case = {}) {
  const { devices } = verdictOn(tokens, more);
  return devices.filter(({ decision }) => decision === 'send').map(({ credential }) => credential);
}

const fcm = tokenOf('fcm');
const inChina = tokenOf('huawei', { region: 'cn' });
const abroad = tokenOf('huawei', { region: 'global' });
const later = NOW - HOUR;

describe('the channel of a device with several tokens', () => {
  it.each<[string, TokenFacts[], string]>([
    ['native where the native token is for China', [fcm, inChina], 'huawei'],
    ['FCM where it is for elsewhere', [fcm, abroad], 'fcm'],
    ['FCM where the credential names no region', [fcm, tokenOf('apns')], 'fcm'],
    ['FCM where only the FCM credential is of that region', [tokenOf('fcm', { region: 'cn' }), abroad], 'fcm'],
    ['native where one of several native tokens is for China', [fcm, inChina, tokenOf('xiaomi')], 'huawei'],
    ['FCM where the token for China is dead', [fcm, tokenOf('oppo', { region: 'cn', goneAt: NOW }), abroad], 'fcm'],
    ['native where there is nothing else', [abroad, tokenOf('xiaomi', { registeredAt: later })], 'xiaomi'],
  ])('by region is %s', (_case, tokens, credential) => {
    expect(sentTo(tokens)).toEqual([credential]);
    expect(sentTo(tokens.toReversed())).toEqual([credential]);
  });

  it.each<['fcm-first' | 'native-first', TokenFacts[], string]>([
    ['fcm-first', [inChina, fcm], 'fcm'],
    ['fcm-first', [inChina, tokenOf('apns', { registeredAt: later })], 'apns'],
    ['native-first', [fcm, abroad], 'huawei'],
    ['native-first', [tokenOf('fcm', { registeredAt: later }), tokenOf('apns')], 'apns'],
    ['native-first', [fcm, tokenOf('fcm', { credential: 'beta', registeredAt: later })], 'beta'],
  ])('follows the policy %s whatever the region (case %#)', (channelPreference, tokens, credential) => {
    expect(sentTo(tokens, { policy: { channelPreference } })).toEqual([credential]);
  });

  it('is that of the token registered last among equals, then of the first credential by name', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((credential) => tokenOf('fcm', { credential })) as [
      TokenFacts,
      TokenFacts,
      TokenFacts,
    ];
    expect(sentTo([c, a, b])).toEqual(['a']);
    expect(sentTo([c, a, { ...b, registeredAt: later }])).toEqual(['b']);
  });

  it.each<[string, Partial<TokenFacts>]>([
    ['token_gone', { goneAt: NOW }],
    ['muted', { mutedUntil: NOW + 1 }],
    ['credential_disabled', { credentialDisabled: true }],
    ['no_credential', { vendor: null, credentialId: null }],
  ])('is the second where the first is out by %s, and nothing is said of a choice', (reason, fields) => {
    expect(verdictOn([fcm, { ...inChina, ...fields }]).devices).toEqual([
      { deviceId: 'd1', decision: 'send', reason: 'allowed', credential: 'fcm', vendor: 'fcm' },
      expect.objectContaining({ decision: 'suppress', reason, credential: 'huawei' }),
    ]);
  });

  it('is the second where the message excludes the first', () => {
    const message = { ext: { em_push_filter: { ignore_notifier_name: ['huawei'] } } };
    expect(sentTo([fcm, inChina], { message })).toEqual(['fcm']);
  });

  it('is chosen for each device alone', () => {
    const devices = [
      aDevice({ deviceId: 'd1', tokens: [fcm, inChina] }),
      aDevice({ deviceId: 'd2', tokens: [fcm, abroad] }),
      aDevice({ deviceId: 'd3', tokens: [abroad] }),
    ];
    const sent = verdictOf({ devices }).devices.filter(({ decision }) => decision === 'send');
    expect(sent.map(({ deviceId, credential }) => [deviceId, credential])).toEqual([
      ['d1', 'huawei'],
      ['d2', 'fcm'],
      ['d3', 'huawei'],
    ]);
  });
});

describe('the verdict on a device with several tokens', () => {
  it.each<[Case, string, string, string]>([
    [{}, 'huawei', 'native-first', 'region'],
    [{ policy: { channelPreference: 'native-first' } }, 'huawei', 'native-first', 'policy'],
    [{ policy: { channelPreference: 'fcm-first' } }, 'fcm', 'fcm-first', 'policy'],
  ])('says what was chosen and why (case %#)', (more, chosen, preference, because) => {
    const { decision, devices } = verdictOn([fcm, inChina], more);
    expect(decision).toBe('send');
    expect(devices).toEqual(
      ['fcm', 'huawei'].map((vendor) => ({
        deviceId: 'd1',
        credential: vendor,
        vendor,
        ...(vendor === chosen
          ? { decision: 'send', reason: 'allowed', facts: { preference, because } }
          : { decision: 'suppress', reason: 'other_channel', facts: { chosen, preference, because } }),
      })),
    );
  });

  it('says that FCM came first by region where no native token is for China', () => {
    expect(verdictOn([fcm, abroad]).devices[0]?.facts).toEqual({ preference: 'fcm-first', because: 'region' });
  });

  it('says nothing of a choice where nothing is sent', () => {
    const { devices } = verdictOn([fcm, inChina], { user: { mode: 'NONE' } });
    expect(devices.map(({ reason, facts }) => [reason, facts])).toEqual([
      ['mode_none', undefined],
      ['mode_none', undefined],
    ]);
  });
});

describe('law of the choice', () => {
  const token = fc.record({
    credential: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    vendor: fc.constantFrom(...VENDOR_NAMES),
    region: fc.constantFrom('cn', 'global', null),
    registeredAt: fc.constantFrom(NOW - 2 * HOUR, NOW - HOUR),
    goneAt: fc.constantFrom(null, null, NOW),
    mutedUntil: fc.constantFrom(null, null, NOW + 1),
  });
  const tokens = fc
    .uniqueArray(token, { selector: ({ credential }) => credential, maxLength: 6 })
    .map((list) => list.map((fields) => aToken(fields)));
  const shuffled = tokens.chain((list) =>
    fc.record({
      list: fc.constant(list),
      other: fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }),
    }),
  );
  const preference = fc.constantFrom(...policySchema.shape.channelPreference.unwrap().options);

  it('sends once to each device that has a usable token, to the same one in whatever order they are listed', () => {
    fc.assert(
      fc.property(fc.array(shuffled, { maxLength: 3 }), preference, (lists, channelPreference) => {
        const sent = (order: 'list' | 'other') =>
          verdictOf({
            policy: { channelPreference },
            devices: lists.map((lines, index) => aDevice({ deviceId: `d${index}`, tokens: lines[order] })),
          })
            .devices.filter(({ decision }) => decision === 'send')
            .map(({ deviceId, credential }) => [deviceId, credential]);
        const reachable = lists.flatMap(({ list }, index) =>
          list.some(({ goneAt, mutedUntil }) => goneAt === null && mutedUntil === null) ? [`d${index}`] : [],
        );
        expect(sent('list').map(([deviceId]) => deviceId)).toEqual(reachable);
        expect(sent('other')).toEqual(sent('list'));
      }),
      { numRuns: 500 },
    );
  });
});

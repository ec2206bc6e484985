import { describe, expect, it } from '@jest/globals';
import { FOREVER, type DeviceFacts, type SuppressReason } from '#libs/contracts';
import { aDevice, aToken, DAY, HOUR, NOW, verdictOf } from '../../test/fixtures.ts';

const gone = aToken({ goneAt: NOW - HOUR });
const muted = aToken({ mutedUntil: FOREVER });
const noCredential = aToken({ vendor: null, credentialId: null });
const disabled = aToken({ credentialDisabled: true });

/** From the reason that a device meets first to the one it meets last. */
const devices: readonly [SuppressReason, DeviceFacts][] = [
  ['no_token', aDevice({ deviceId: 'a', tokens: [] })],
  ['no_credential', aDevice({ deviceId: 'b', tokens: [noCredential] })],
  ['credential_disabled', aDevice({ deviceId: 'c', tokens: [disabled] })],
  ['filtered', aDevice({ deviceId: 'ignored' })],
  ['logged_out', aDevice({ deviceId: 'e', presence: 'logged_out' })],
  ['kicked', aDevice({ deviceId: 'f', presence: 'kicked' })],
  ['stale_device', aDevice({ deviceId: 'g', seenAt: NOW - 8 * DAY })],
  ['token_gone', aDevice({ deviceId: 'h', tokens: [gone] })],
  ['muted', aDevice({ deviceId: 'm', tokens: [muted] })],
  ['foreground', aDevice({ deviceId: 'i', presence: 'foreground' })],
];
const situation = {
  message: { ext: { em_push_filter: { ignore_device_id: ['ignored'] } } },
  policy: { staleAfterMs: 7 * DAY },
};

describe('device rules', () => {
  it.each(devices)('%s', (reason, device) => {
    expect(verdictOf({ ...situation, devices: [device] })).toMatchObject({
      decision: 'suppress',
      reason,
      devices: [{ deviceId: device.deviceId, decision: 'suppress', reason }],
    });
  });

  it('gives the receiver the reason of the device that came closest to a push, in whatever order they are listed', () => {
    for (const [index, [reason]] of devices.entries()) {
      const list = devices.slice(0, index + 1).map(([, device]) => device);
      expect(verdictOf({ ...situation, devices: list }).reason).toBe(reason);
      expect(verdictOf({ ...situation, devices: list.toReversed() }).reason).toBe(reason);
    }
  });

  it('sends to the one device that nothing speaks against', () => {
    const verdict = verdictOf({ ...situation, devices: [...devices.map(([, device]) => device), aDevice()] });
    expect(verdict.decision).toBe('send');
    expect(verdict.devices.filter(({ decision }) => decision === 'send').map(({ deviceId }) => deviceId)).toEqual([
      'd1',
    ]);
  });

  it('trusts a token that was registered after the vendor called it dead', () => {
    const again = aToken({ goneAt: NOW - DAY, registeredAt: NOW - HOUR });
    expect(verdictOf({ devices: [aDevice({ tokens: [again] })] }).decision).toBe('send');
  });

  it.each([
    ['before its end', NOW + 1, 'suppress'],
    ['at its end', NOW, 'send'],
    ['after its end', NOW - 1, 'send'],
  ])('treats a muted token %s accordingly', (_when, mutedUntil, decision) => {
    expect(verdictOf({ devices: [aDevice({ tokens: [aToken({ mutedUntil })] })] }).decision).toBe(decision);
  });

  it('does not count a stale device as being in the foreground', () => {
    const stale = aDevice({ presence: 'foreground', seenAt: NOW - 8 * DAY });
    const policy = { foreground: 'per_user', staleAfterMs: 7 * DAY } as const;
    expect(verdictOf({ devices: [stale, aDevice({ deviceId: 'd2' })], policy }).decision).toBe('send');
  });

  it('counts a device without a token as being in the foreground', () => {
    const desktop = aDevice({ presence: 'foreground', tokens: [] });
    const verdict = verdictOf({ devices: [desktop, aDevice({ deviceId: 'd2' })], policy: { foreground: 'per_user' } });
    expect(verdict.reason).toBe('user_in_foreground');
  });

  it('is not overruled by force', () => {
    for (const [reason, device] of devices) {
      const message = { ...situation.message, force: true };
      expect(verdictOf({ ...situation, message, devices: [device] }).reason).toBe(reason);
    }
  });
});

describe('facts of a verdict', () => {
  it('name the device that decided, never its token', () => {
    const { facts } = verdictOf({ devices: [aDevice({ tokens: [gone] })] });
    expect(facts).toEqual({ devices: 1, device: 'd1', credential: 'c1', goneAt: NOW - HOUR });
  });

  it('say until when a token is muted', () => {
    const { facts } = verdictOf({ devices: [aDevice({ tokens: [muted] })] });
    expect(facts).toEqual({ devices: 1, device: 'd1', credential: 'c1', mutedUntil: FOREVER });
  });

  it('name interval, zone and local time', () => {
    const user = { dndInterval: '8:5-7:0', timeZone: 'Asia/Shanghai' };
    expect(verdictOf({ user }).facts).toEqual({ interval: '08:05-07:00', zone: 'Asia/Shanghai', localTime: '06:13' });
  });

  it("take the app's zone for a user without one, and UTC for a zone that does not exist", () => {
    const user = { dndInterval: '00:00-00:00' };
    expect(verdictOf({ user, policy: { timeZone: 'Asia/Tokyo' } }).facts).toMatchObject({ zone: 'Asia/Tokyo' });
    expect(verdictOf({ user: { ...user, timeZone: 'Mars/Phobos' } }).facts).toMatchObject({
      zone: 'UTC',
      localTime: '22:13',
    });
  });

  it('name mode, its level and the mention', () => {
    const message = { chatType: 'chatgroup', conversation: 'G' } as const;
    expect(verdictOf({ message, conversation: { mode: 'AT' } }).facts).toEqual({
      mode: 'AT',
      level: 'conversation',
      mentioned: false,
    });
    expect(verdictOf({}).facts).toEqual({ mode: 'ALL', level: 'default' });
  });

  it('gives devices that settings suppress the reason of the receiver', () => {
    expect(verdictOf({ user: { mode: 'NONE' } }).devices).toEqual([
      { deviceId: 'd1', decision: 'suppress', reason: 'mode_none', credential: 'c1', vendor: 'fcm' },
    ]);
  });
});

import type { ClientHttp2Session } from 'node:http2';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Simulator } from '../src/index.ts';
import { type TestClock, answerOf, jsonOf, openSession, startTestSimulator } from './harness.ts';
import { APP_ID, push, registerApp, signed } from './meizu-harness.ts';

const PATH = '/garcia/api/server/push/statistics/dailyPushStatics';

let simulator: Simulator & { clock: TestClock };
let session: ClientHttp2Session;

beforeEach(async () => {
  simulator = await startTestSimulator();
  registerApp(simulator);
  session = await openSession(simulator.urls.meizu, simulator.caPem);
});
afterEach(async () => {
  session.destroy();
  await simulator.close();
});

async function query(parameters: Record<string, string>, secret?: string): Promise<Record<string, unknown>> {
  const search = new URLSearchParams(signed({ appId: APP_ID, ...parameters }, secret)).toString();
  const stream = session.request({ ':method': 'GET', ':path': `${PATH}?${search}` });
  return jsonOf(await answerOf(stream));
}

describe('the daily statistics', () => {
  it('count the accepted pushes of each day, as days are in Shanghai', async () => {
    await push(session, { pushIds: 'RA111,RA222' });
    simulator.clock.ms = Date.UTC(2026, 4, 4, 16);
    await push(session, { pushIds: 'RA111' });
    const { code, value } = await query({ startTime: '20260504', endTime: '20260505' });
    expect(code).toBe('200');
    expect(value).toEqual([
      { date: '20260504', targetNo: 2, validNo: 2, pushedNo: 2, acceptNo: 2, displayNo: 2, clickNo: 0 },
      { date: '20260505', targetNo: 1, validNo: 1, pushedNo: 1, acceptNo: 1, displayNo: 1, clickNo: 0 },
    ]);
    expect(await query({ startTime: '20260505', endTime: '20260505' })).toMatchObject({ value: [{ targetNo: 1 }] });
  });

  it('are for the app alone', async () => {
    expect(await query({ startTime: '20260504', endTime: '20260504' }, 'wrong')).toMatchObject({ code: '1006' });
  });

  it.each([
    [{ startTime: '20260401', endTime: '20260430' }, '200'],
    [{ startTime: '20260401', endTime: '20260501' }, '1005'],
    [{ startTime: '20260505', endTime: '20260504' }, '1005'],
    [{ startTime: '2026-05-04', endTime: '20260504' }, '1005'],
    [{ startTime: '20260504' }, '1005'],
  ])('of %j are answered with %s', async (parameters, code) => {
    expect(await query(parameters as Record<string, string>)).toMatchObject({ code });
  });
});

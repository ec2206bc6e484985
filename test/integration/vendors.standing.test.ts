import { vendorOf, type VendorSender } from '#libs/vendors';
import { describe, expect, it } from '@jest/globals';
import { xiaomi } from './support/batch-drivers/xiaomi.ts';
import { ACCEPTED, NOTIFICATION, vendorBench } from './support/vendor-bench.ts';

type Standing = Awaited<ReturnType<NonNullable<VendorSender<unknown>['standing']>>>;

/** Of the vendors Xiaomi alone tells how the day's quota stands. */
describe('xiaomi’s quota', () => {
  const bench = vendorBench('xiaomi', xiaomi);
  const loaded = (fields: object) => ({
    cacheKey: JSON.stringify(fields),
    value: vendorOf('xiaomi').credentialSchema.parse({ ...xiaomi.credential, ...fields }),
  });
  const credential = loaded({});

  const ask = async (): Promise<Standing | undefined> => await bench.sender.standing?.(credential);

  async function toldBy(purpose: 'chat' | 'marketing'): Promise<unknown[]> {
    const told: unknown[] = [];
    const notification = { ...NOTIFICATION, purpose };
    const request = { jobId: 'job-1', credential, notification, targets: bench.targets(2) };
    const outcomes: unknown[] = [];
    await bench.sender.send({ ...request, onStanding: (standing) => told.push(standing) }, (_, outcome) =>
      outcomes.push(outcome),
    );
    expect(outcomes).toEqual([ACCEPTED, ACCEPTED]);
    return told;
  }

  it('is told by the answer to a public message, and by nothing that is private', async () => {
    expect(await toldBy('marketing')).toEqual([{ used: 2, limit: 20_000 }]);
    expect(await toldBy('chat')).toEqual([]);
  });

  it('is told when it is asked for, once a second', async () => {
    expect(await ask()).toEqual({ className: 'public', standing: { used: 0, limit: 20_000 } });
    expect(await ask()).toBeNull();
    await toldBy('marketing');
    bench.clock.advance(1_000);
    expect(await ask()).toEqual({ className: 'public', standing: { used: 2, limit: 20_000 } });
  });

  it('is not known to who asks with a wrong secret', async () => {
    expect(await bench.sender.standing?.(loaded({ appSecret: 'wrong' }))).toBeNull();
  });
});

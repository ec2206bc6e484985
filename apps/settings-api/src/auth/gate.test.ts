import { describe, expect, it } from '@jest/globals';
import { Gate } from './gate.ts';

/** Work that ends when it is told to. */
function openWork(order: string[], name: string) {
  let resolve: (result: string) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<string>((...settle) => ([resolve, reject] = settle));
  const run = async (): Promise<string> => {
    order.push(name);
    return await promise;
  };
  return { run, resolve, reject };
}

describe('Gate', () => {
  it('lets so many in at once, the others in order as places get free, and refuses more', async () => {
    const [gate, order] = [new Gate(1, 2), [] as string[]];
    const [first, second, third] = [openWork(order, '1'), openWork(order, '2'), openWork(order, '3')];
    const results = [first, second, third].map(async ({ run }) => await gate.run(run));
    await expect(gate.run(async () => await Promise.resolve('4'))).rejects.toMatchObject({ code: 'unavailable' });
    expect(order).toEqual(['1']);
    first.resolve('a');
    expect(await results[0]).toBe('a');
    second.resolve('b');
    third.resolve('c');
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c']);
    expect(order).toEqual(['1', '2', '3']);
  });

  it('gives the place of failed work on', async () => {
    const gate = new Gate(1, 1);
    const work = openWork([], '1');
    const failed = gate.run(work.run);
    const next = gate.run(async () => await Promise.resolve('next'));
    work.reject(new Error('no'));
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('next');
    expect(await gate.run(async () => await Promise.resolve('later'))).toBe('later');
  });
});

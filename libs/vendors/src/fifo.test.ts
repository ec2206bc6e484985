import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Fifo } from './fifo.ts';

describe('Fifo', () => {
  it('gives back first what was put back, then in order', () => {
    const fifo = new Fifo<number>();
    fifo.push(1);
    fifo.push(2);
    fifo.putBack(0);
    expect([fifo.size, fifo.shift(), fifo.shift(), fifo.shift(), fifo.shift()]).toEqual([3, 0, 1, 2, undefined]);
  });

  it('behaves as an array does', () => {
    const steps = fc.array(fc.oneof(fc.nat(), fc.constant('shift'), fc.constant('drain')), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (all) => {
        const fifo = new Fifo<number>();
        const model: number[] = [];
        for (const step of all) {
          if (step === 'shift') expect(fifo.shift()).toBe(model.shift());
          else if (step === 'drain') expect(fifo.drain()).toEqual(model.splice(0));
          else if (typeof step === 'number') {
            fifo.push(step);
            model.push(step);
          }
          expect(fifo.size).toBe(model.length);
        }
      }),
    );
  });

  it('keeps order over many entries', () => {
    const fifo = new Fifo<number>();
    for (let index = 1; index <= 5_000; index++) fifo.push(index);
    const out: (number | undefined)[] = [];
    while (fifo.size > 0) out.push(fifo.shift());
    expect(out).toEqual(Array.from({ length: 5_000 }, (_, index) => index + 1));
  });
});

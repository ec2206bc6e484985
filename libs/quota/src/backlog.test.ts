import { describe, expect, it } from '@jest/globals';
import { Backlog } from './backlog.ts';

describe('the times that refused points get', () => {
  it('follow each other at the pace of the limit, from when the first could go out', () => {
    const backlog = new Backlog();
    expect([1, 1, 50, 10].map((points) => backlog.wait(points, 100, 1_000, 1_200))).toEqual([200, 210, 220, 720]);
  });

  it('go on where they had come to, and start anew when all are past', () => {
    const backlog = new Backlog();
    backlog.wait(100, 100, 0, 0);
    expect(backlog.wait(1, 100, 400, 500)).toBe(600);
    expect(backlog.wait(1, 100, 5_000, 5_100)).toBe(100);
  });

  it('are not before a pause ends, and go no further than a minute beyond that', () => {
    const backlog = new Backlog();
    const waits = Array.from({ length: 200 }, () => backlog.wait(100, 100, 0, 90_000));
    expect([waits[0], waits[1], waits[59], waits[60], waits[199]]).toEqual([90_000, 91_000, 149_000, 150_000, 150_000]);
  });

  it('are never at once', () => {
    expect(new Backlog().wait(1, 1_000_000, 0, 0)).toBe(1);
  });
});

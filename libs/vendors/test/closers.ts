import { afterEach } from '@jest/globals';

/** Put in here what closes what a test opens: it is closed after the test, the last first. */
export function closedAfterEach(): (() => Promise<unknown>)[] {
  const closers: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });
  return closers;
}

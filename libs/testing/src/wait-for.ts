import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again and again until the answer is truthy, and returns it; an error counts as "not yet". Throws after
 * `timeoutMs` (10 s unless told) with what was last seen. For what happens in other processes only; within one,
 * await the event itself.
 */
export async function waitFor<Answer>(
  condition: () => Answer | Promise<Answer>,
  options: { timeoutMs?: number; intervalMs?: number; what?: string } = {},
): Promise<NonNullable<Answer>> {
  const { timeoutMs = 10_000, intervalMs = 20, what = 'the condition' } = options;
  const deadline = performance.now() + timeoutMs;
  let last: { answer: unknown } | { error: unknown };
  do {
    try {
      const answer = await condition();
      if (answer) return answer;
      last = { answer };
    } catch (error) {
      last = { error };
    }
    await delay(intervalMs);
  } while (performance.now() < deadline);
  const seen = 'error' in last ? 'failed with the error below' : `gave ${JSON.stringify(last.answer)}`;
  throw new Error(`${what} did not come true within ${timeoutMs} ms; the last try ${seen}`, {
    cause: 'error' in last ? last.error : undefined,
  });
}

import { describe, expect, it } from '@jest/globals';
import { messageIdSchema } from '#libs/contracts';
import { newMessageId } from './new-message-id.ts';

describe('newMessageId', () => {
  it('makes UUIDs of version 7', () => {
    expect(newMessageId(1_700_000_000_000)).toMatch(/^018bcfe5-6800-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(messageIdSchema.safeParse(newMessageId(0)).success).toBe(true);
  });

  it('makes ids that sort by time', () => {
    const ids = [1, 2, 255, 256, 70_000, 1_700_000_000_000].map(newMessageId);
    expect(ids.toSorted()).toEqual(ids);
  });

  it('makes no id twice', () => {
    expect(new Set(Array.from({ length: 1_000 }, () => newMessageId(5))).size).toBe(1_000);
  });
});

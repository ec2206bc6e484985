import { describe, expect, it } from '@jest/globals';
import { outcomeOfUnsendable } from './unsendable.ts';

describe('outcomeOfUnsendable', () => {
  it.each([
    [{ kind: 'empty_text' } as const, 'empty_text', 'title and body are blank'],
    [{ kind: 'background_unsupported' } as const, 'background_unsupported', 'this vendor shows every push'],
    [{ kind: 'too_large', size: 11, unit: 'pairs' } as const, 'payload_too_large', '11 pairs without texts'],
  ])('rejects %j', (unsendable, code, detail) => {
    expect(outcomeOfUnsendable(unsendable)).toEqual({ kind: 'rejected', code, detail });
  });
});

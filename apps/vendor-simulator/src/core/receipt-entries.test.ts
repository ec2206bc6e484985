import { describe, expect, it } from '@jest/globals';
import { entriesOf, oneEntryPerMessage } from './receipt-entries.ts';
import type { ReceiptItem } from './receipts.ts';

function item(token: string, messageId: string, code: string, changes: Partial<ReceiptItem> = {}): ReceiptItem {
  return { token, messageId, code, reference: undefined, at: 1, ...changes };
}

describe('entries of receipts', () => {
  it('name the targets that the same is told of together, wherever they stand', () => {
    const items = [item('a', 'm1', '1'), item('b', 'm2', '1'), item('c', 'm1', '1')];
    expect(entriesOf(items).map(({ messageId, tokens }) => [messageId, tokens])).toEqual([
      ['m1', ['a', 'c']],
      ['m2', ['b']],
    ]);
  });

  it.each<[string, Partial<ReceiptItem>]>([
    ['message', { messageId: 'm2' }],
    ['code', { code: '2' }],
    ['time', { at: 2 }],
    ['reference', { reference: 'r' }],
  ])('are apart where the %s differs', (_, changes) => {
    expect(entriesOf([item('a', 'm1', '1'), item('b', 'm1', '1', changes)])).toHaveLength(2);
  });
});

describe('parts with one entry per message', () => {
  it('are as few as can be, and full', () => {
    const items = [
      ...[item('a', 'm1', '1'), item('a', 'm1', '2'), item('b', 'm1', '1')],
      ...[item('c', 'm2', '2'), item('d', 'm3', '1'), item('d', 'm3', '2'), item('d', 'm3', '16')],
    ];
    const parts = oneEntryPerMessage(items).map((part) =>
      part.map(({ token, messageId, code }) => token + messageId + code),
    );
    expect(parts).toEqual([['am11', 'bm11', 'cm22', 'dm31'], ['am12', 'dm32'], ['dm316']]);
  });

  it('are none of nothing', () => {
    expect(oneEntryPerMessage([])).toEqual([]);
  });
});

import type { ReceiptItem } from './receipts.ts';

/** Items that differ in their targets alone; a vendor whose format allows it reports them as one. */
export interface ReceiptEntry extends Omit<ReceiptItem, 'token'> {
  readonly tokens: readonly string[];
}

/** What an item tells besides its target and message, as text that is compared. */
type Told = (item: ReceiptItem) => string;

/** Puts items together that tell the same of the same message, in order of first appearance. */
export function entriesOf(items: readonly ReceiptItem[], told: Told = allFacts): ReceiptEntry[] {
  return [...grouped(items, told).values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { messageId, reference, code, at } = first;
    return { messageId, reference, code, at, tokens: group.map(({ token }) => token) };
  });
}

/**
 * For formats that are objects by message id, where a message has one entry: the first entry of every message is in the
 * first part, the second of those that have one in the second, and so on.
 */
export function oneEntryPerMessage(items: readonly ReceiptItem[], told: Told = allFacts): ReceiptItem[][] {
  const parts: ReceiptItem[][] = [];
  const entriesSoFar = new Map<string, number>();
  for (const group of grouped(items, told).values()) {
    const messageId = group[0]?.messageId ?? '';
    const index = entriesSoFar.get(messageId) ?? 0;
    entriesSoFar.set(messageId, index + 1);
    (parts[index] ??= []).push(...group);
  }
  return parts;
}

function allFacts({ code, at, reference }: ReceiptItem): string {
  return JSON.stringify([code, at, reference]);
}

function grouped(items: readonly ReceiptItem[], told: Told): Map<string, ReceiptItem[]> {
  const groups = new Map<string, ReceiptItem[]>();
  for (const item of items) {
    const key = `${item.messageId} ${told(item)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

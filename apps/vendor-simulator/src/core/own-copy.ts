/**
 * The same text in memory of its own. Header values that come out of node:http2, and slices of them, keep the parser's
 * buffers alive for as long as they are referenced; whoever keeps a million of them copies them first.
 */
export function ownCopy(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

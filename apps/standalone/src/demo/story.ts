/** The parts of a message's explanation that the demo shows. */
export interface Story {
  id: string;
  state: string;
  receivers: StoryReceiver[];
}

export interface StoryReceiver {
  receiver: string;
  decision: string;
  reason: string;
  facts: Record<string, unknown>;
  devices: {
    deviceId: string;
    decision: string;
    reason: string;
    vendor?: string;
    outcome?: string | null;
    code?: string | null;
    vendorId?: string | null;
  }[];
}

/** What a simulated phone shows. */
export interface ShownNotification {
  vendor: string;
  /** What the vendor answered as its id. */
  id: string;
  token: string;
  title: string | null;
  body: string | null;
}

const HEADINGS = ['receiver', 'device', 'verdict', 'reason', 'vendor', 'vendor answered', 'shown on the phone'];

/** A message's story as a table. `shown` gives the text that a user's phone shows, if any. */
export function storyTable(story: Story, shown: (receiver: string) => string): string {
  const rows = story.receivers.flatMap(({ receiver, devices, decision, reason }) =>
    (devices.length === 0 ? [{ deviceId: '-', decision, reason }] : devices).map((device) => [
      receiver,
      device.deviceId,
      device.decision,
      device.reason,
      'vendor' in device ? (device.vendor ?? '-') : '-',
      answerOf(device),
      shown(receiver),
    ]),
  );
  return table([HEADINGS, ...rows]);
}

function answerOf(device: { outcome?: string | null; code?: string | null }): string {
  if (device.outcome === undefined || device.outcome === null) return '-';
  return device.code == null ? device.outcome : `${device.outcome} (${device.code})`;
}

/** Rows under headings, columns aligned. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const [headings = [], ...body] = rows;
  return [line(headings), widths.map((width) => '-'.repeat(width)).join('  '), ...body.map(line)]
    .map((text) => `  ${text}`)
    .join('\n');
}

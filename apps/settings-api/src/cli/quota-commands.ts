import type { App } from '#libs/database';
import type { QuotaView } from '../quotas/quota.schemas.ts';
import type { Command } from './command.ts';
import { findApp } from './context.ts';

const HEADINGS = [
  'app',
  'credential',
  'class',
  'limit',
  'used',
  'reserved',
  'left',
  'per hour',
  'exhausted',
  'resets',
] as const;

/** Columns of numbers, aligned to the right. */
const NUMBERS: ReadonlySet<string> = new Set(['limit', 'used', 'reserved', 'left', 'per hour']);

/** Without fractions of a second. */
function instant(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}

function exhaustion({ closedBy, left, reserved, exhaustsAt }: QuotaView): string {
  if (closedBy !== null) return `now, by ${closedBy}`;
  if (left === 0 && reserved === 0) return 'now';
  return exhaustsAt === null ? '-' : instant(exhaustsAt);
}

function limitText({ limit, limitSource }: QuotaView): string {
  return limit === null ? limitSource : String(limit);
}

function row({ organization, name }: App, quota: QuotaView): string[] {
  return [
    `${organization}/${name}`,
    quota.credential,
    quota.class,
    limitText(quota),
    String(quota.used),
    String(quota.reserved),
    quota.left === null ? '-' : String(quota.left),
    String(quota.ratePerHour),
    exhaustion(quota),
    instant(quota.resetsAt),
  ];
}

/** Rows under their headings, in columns. */
function table(rows: readonly (readonly string[])[]): string[] {
  const lines = [[...HEADINGS], ...rows];
  const widths = HEADINGS.map((_heading, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) =>
    HEADINGS.map((heading, column) => {
      const cell = line[column] ?? '';
      const width = widths[column] ?? 0;
      return NUMBERS.has(heading) ? cell.padStart(width) : cell.padEnd(width);
    })
      .join('  ')
      .trimEnd(),
  );
}

export const QUOTA_COMMANDS: readonly Command[] = [
  {
    name: 'quota',
    usage: 'quota [org/app]',
    summary: "Show how the day's quotas stand, of one app or of all",
    positionals: [],
    optional: 'org/app',
    options: {},
    run: async (context, [path]) => {
      const apps = path === undefined ? await context.apps.list() : [await findApp(context, path)];
      const rows: string[][] = [];
      for (const app of apps) {
        const quotas = await context.quotas.of(app.id, context.now());
        rows.push(...quotas.map((quota) => row(app, quota)));
      }
      for (const line of table(rows)) context.print(line);
    },
  },
];

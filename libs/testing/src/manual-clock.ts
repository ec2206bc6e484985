/** A clock that stands still until a test moves it. */
export interface ManualClock {
  /** Milliseconds since the epoch; safe to pass on as a function. */
  now: () => number;
  date: () => Date;
  advance(ms: number): void;
  set(to: Date | string): void;
}

/** A clock that shows `start`, such as `2026-03-29T00:59:00Z`. */
export function manualClock(start: Date | string): ManualClock {
  let time = read(start);
  return {
    now: () => time,
    date: () => new Date(time),
    advance: (ms) => {
      time += ms;
    },
    set: (to) => {
      time = read(to);
    },
  };
}

function read(date: Date | string): number {
  const time = new Date(date).getTime();
  if (Number.isNaN(time)) throw new Error(`not a date: ${String(date)}`);
  return time;
}

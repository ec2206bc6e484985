import type { ClassDay, QuotaDeviceStore } from '#libs/database';

interface Asking {
  tokenIds: readonly number[];
  resolve: (open: Set<number>) => void;
  reject: (error: unknown) => void;
}

/** Those who ask for the same class, day and cap. */
interface Group {
  day: ClassDay;
  cap: number;
  asking: Asking[];
}

/**
 * Counts pushes per device where a class has a cap. The send jobs that ask in the same turn are counted with one statement:
 * a batch may have hundreds of them, with one push each.
 */
export class DeviceCaps {
  private readonly groups = new Map<string, Group>();

  constructor(private readonly store: Pick<QuotaDeviceStore, 'take'>) {}

  /** Counts one push for each of the tokens, named once each, that has had fewer than `cap`; returns those. */
  async take(tokenIds: readonly number[], day: ClassDay, cap: number): Promise<Set<number>> {
    return await new Promise((resolve, reject) => {
      this.groupOf(day, cap).asking.push({ tokenIds, resolve, reject });
    });
  }

  private groupOf(day: ClassDay, cap: number): Group {
    const key = `${day.day} ${cap} ${day.class}`;
    const known = this.groups.get(key);
    if (known !== undefined) return known;
    const group: Group = { day, cap, asking: [] };
    this.groups.set(key, group);
    setImmediate(() => {
      this.groups.delete(key);
      void this.ask(group);
    });
    return group;
  }

  private async ask({ day, cap, asking }: Group): Promise<void> {
    for (let left = asking; left.length > 0;) {
      // A statement counts a device once: who names one that is taken already comes with the next.
      const ids = new Set<number>();
      const [now, next] = [[] as Asking[], [] as Asking[]];
      for (const one of left) {
        const isTaken = one.tokenIds.some((id) => ids.has(id));
        (isTaken ? next : now).push(one);
        if (!isTaken) for (const id of one.tokenIds) ids.add(id);
      }
      try {
        const sorted = [...ids].sort((one, other) => one - other);
        const open = await this.store.take(sorted, day, cap);
        for (const { tokenIds, resolve } of now) resolve(new Set(tokenIds.filter((id) => open.has(id))));
      } catch (error) {
        for (const { reject } of now) reject(error);
      }
      left = next;
    }
  }
}

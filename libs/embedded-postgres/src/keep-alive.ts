import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';

/** Lets this process end although the child still runs. */
export function letGo(child: ChildProcess): void {
  child.unref();
  for (const pipe of pipesOf(child)) pipe.unref();
}

/** Undoes {@link letGo}. */
export function holdOn(child: ChildProcess): void {
  child.ref();
  for (const pipe of pipesOf(child)) pipe.ref();
}

/** Pipes to children are sockets, which the types do not say. */
function pipesOf(child: ChildProcess): Socket[] {
  return [child.stdin, child.stdout, child.stderr].filter((stream) => stream instanceof Socket);
}

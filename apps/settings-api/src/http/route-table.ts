/** Which methods each path has, to tell a wrong method (405) from an unknown path (404). */
export class RouteTable {
  private readonly routes: { segments: string[]; method: string }[] = [];

  /** `pattern` in the router's notation: `:name` stands for any segment, a last `*` for any rest. */
  add(method: string, pattern: string): void {
    this.routes.push({ segments: pattern.split('/'), method });
  }

  /** The methods that a path answers to, sorted; empty for an unknown path. */
  methodsOf(path: string): string[] {
    const segments = path.split('/');
    const methods = this.routes.filter((route) => matches(route.segments, segments)).map(({ method }) => method);
    return [...new Set(methods)].sort();
  }
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  if (pattern.at(-1) === '*') {
    return path.length >= pattern.length && matches(pattern.slice(0, -1), path.slice(0, pattern.length - 1));
  }
  return (
    pattern.length === path.length &&
    pattern.every((segment, index) => (segment.startsWith(':') ? path[index] !== '' : segment === path[index]))
  );
}

import { ownerMark } from './leftover.ts';

/** Server settings, by PostgreSQL's names. */
export type Settings = Readonly<Record<string, string>>;

/** Reachable from this machine only, and silent about what statements say. */
const ALWAYS: Settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Failed statements are their caller's to report; the server's log would repeat values from them (the level order of
  // the log has `error` below `log`).
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
};

/** For data that nobody needs after a crash. */
const EPHEMERAL: Settings = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };

/** The command line of the server; the caller's settings win, but for address, port and the owner's mark. */
export function serverArguments(
  cluster: string,
  port: number,
  options: { ephemeral: boolean; settings: Settings; owner: number },
): string[] {
  const { listen_addresses, unix_socket_directories, ...defaults } = ALWAYS;
  const settings = {
    ...defaults,
    ...(options.ephemeral ? EPHEMERAL : {}),
    ...options.settings,
    listen_addresses,
    unix_socket_directories,
    port: String(port),
    cluster_name: ownerMark(options.owner),
  };
  return ['-D', cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

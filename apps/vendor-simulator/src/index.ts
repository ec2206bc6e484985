import { createControlServer } from './control/server.ts';
import type { Vendor } from './core/vendor.ts';
import type { Settings, World } from './core/world.ts';
import { createWorld } from './core/world.ts';
import { type OpenPort, listen, openListener } from './http/listen.ts';
import { selfSigned } from './tls/self-signed.ts';
import { type LimitOverrides, type ListenerName, type Vendors, createVendors } from './vendors.ts';

/** Every port of the simulator. */
type PortName = ListenerName | 'control';

/** How to start a simulator; everything has a default. */
export interface SimulatorOptions {
  /** Address to listen on, 127.0.0.1 by default. */
  readonly host?: string | undefined;
  /** 0 or absent: any free port. */
  readonly ports?: Partial<Record<PortName, number>> | undefined;
  /** PEM key and certificate; absent: a certificate that signs itself is made. `ca` is its issuer, if another. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca?: string | undefined } | undefined;
  /** Further host names for the self-made certificate, such as a container's. */
  readonly names?: readonly string[] | undefined;
  /** Unix milliseconds; the vendors' clock. */
  readonly now?: (() => number) | undefined;
  /** Accepted pushes kept, a million by default; older ones are dropped. */
  readonly maxRecords?: number | undefined;
  /** See `Settings`; true by default. */
  readonly autoRegister?: boolean | undefined;
  readonly limits?: LimitOverrides | undefined;
}

/** A running simulator. */
export interface Simulator {
  /** Base URLs without a trailing slash; the vendors' are https, the control API's is http. */
  readonly urls: Readonly<Record<PortName, string>>;
  /** PEM certificate that a client must have among its authorities. */
  readonly caPem: string;
  /** For tests in the same process; other processes use the control API. */
  readonly state: World & { readonly vendors: Vendors };
  /** Back to the state right after the start: no credentials, tokens, records, faults, counts. */
  reset(): void;
  /** Cuts all connections and frees the ports. */
  close(): Promise<void>;
}

const DEFAULT_MAX_RECORDS = 1_000_000;

/** Starts the vendors and the control API. Rejects, with nothing left open, when a port cannot be had. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const host = options.host ?? '127.0.0.1';
  const settings: Settings = { autoRegister: options.autoRegister ?? true };
  const world = createWorld(options.now ?? Date.now, options.maxRecords ?? DEFAULT_MAX_RECORDS, settings);
  const vendors = createVendors(world, options.limits ?? {});
  const names = [
    ...new Set(['localhost', '127.0.0.1', '::1', ...(isWildcard(host) ? [] : [host]), ...(options.names ?? [])]),
  ];
  const tls = options.tls ?? selfSigned(names, Date.now());
  const listeners = Object.values<Vendor<ListenerName>>(vendors).flatMap((vendor) => vendor.listeners);
  const open: OpenPort[] = [];
  const close = async (): Promise<void> => {
    world.receipts.clear();
    await Promise.all(open.map(async (port) => await port.close()));
  };
  try {
    const urls: Partial<Record<PortName, string>> = {};
    for (const listener of listeners) {
      const port = await openListener(listener, { host, port: options.ports?.[listener.name] ?? 0 }, tls, world);
      open.push(port);
      urls[listener.name] = `https://${urlHost(host)}:${port.port}`;
    }
    const reset = (): void => resetEverything(world, vendors, settings);
    const server = createControlServer({ world, vendors, urls, resetEverything: reset });
    const port = await listen(server, { host, port: options.ports?.control ?? 0 });
    open.push({
      port,
      close: async () => {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        server.closeAllConnections();
        await closed;
      },
    });
    urls.control = `http://${urlHost(host)}:${port}`;
    return {
      urls: urls as Record<PortName, string>,
      caPem: options.tls === undefined ? tls.cert : (options.tls.ca ?? options.tls.cert),
      state: { ...world, vendors },
      reset,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function resetEverything(world: World, vendors: Vendors, settings: Settings): void {
  for (const vendor of Object.values(vendors)) vendor.reset();
  world.records.clear();
  world.faults.clear();
  world.counters.reset();
  world.receipts.clear();
  Object.assign(world.settings, settings);
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function urlHost(host: string): string {
  if (isWildcard(host)) return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

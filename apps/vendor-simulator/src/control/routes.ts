import { z } from 'zod';
import { faultSchema } from '../core/faults.ts';
import type { KeptPush, ShownState } from '../core/records.ts';
import type { Vendor } from '../core/vendor.ts';
import type { World } from '../core/world.ts';

/** What the control API works on. */
export interface ControlState {
  readonly world: World;
  readonly vendors: Readonly<Record<string, Vendor>>;
  /** URLs of the open ports, by listener name. */
  readonly urls: Readonly<Partial<Record<string, string>>>;
  resetEverything(): void;
}

/** A request of the control API, its path split and decoded. */
interface ControlRequest {
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
}

/** Thrown for a path, vendor or id that does not exist: answered with 404. */
export class NotThere extends Error {}

type Route = readonly [method: string, pattern: string, run: (state: ControlState, request: ControlRequest) => unknown];

/** One answer's worth; more is read page by page. */
const MAX_LISTED = 10_000;

const listQuery = z.object({
  vendor: z.string().optional(),
  token: z.string().optional(),
  after: z.coerce.number().int().optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LISTED).default(MAX_LISTED),
});
const killBody = z
  .strictObject({ reason: z.string().optional(), timestamp: z.int().min(0).nullable().optional() })
  .default({});
const faultsBody = z.union([z.array(z.unknown()), z.strictObject({ faults: z.array(z.unknown()) })]);

/** Method, pattern (`:` takes any segment), action. What an action returns is the answer's JSON. */
export const ROUTES: readonly Route[] = [
  ['GET', 'urls', (state) => state.urls],
  ['GET', 'notifications', (state, request) => listed(state, request)],
  ['GET', 'shown', (state, request) => listed(state, request, 'shown')],
  ['DELETE', 'notifications', (state) => done(() => state.world.records.clear())],
  ['GET', 'vendors/:/:', (state, { segments }) => ({ items: collectionOf(state, segments).list() })],
  ['PUT', 'vendors/:/:', (state, { segments, body }) => ({ id: collectionOf(state, segments).put(body) })],
  ['DELETE', 'vendors/:/:', (state, { segments }) => done(() => collectionOf(state, segments).clear())],
  ['DELETE', 'vendors/:/:/:', removeCredential],
  ['PUT', 'tokens/:/:', registerToken],
  ['DELETE', 'tokens/:/:', withToken((vendor, token) => vendor.tokens.forget(token))],
  ['POST', 'tokens/:/:/kill', killToken],
  ['POST', 'tokens/:/:/revive', withToken((vendor, token) => vendor.tokens.revive(token))],
  ['PUT', 'receipts/:', putReceipts],
  [
    'DELETE',
    'receipts/:',
    (state, { segments }) => done(() => state.world.receipts.clearPlans(vendorOf(state, segments[1]).name)),
  ],
  ['GET', 'faults/:', (state, { segments }) => ({ faults: state.world.faults.list(scopeOf(state, segments)) })],
  ['PUT', 'faults/:', putFaults],
  ['DELETE', 'faults/:', (state, { segments }) => done(() => state.world.faults.clear(scopeOf(state, segments)))],
  ['DELETE', 'faults', (state) => done(() => state.world.faults.clear())],
  ['GET', 'counters', countersOf],
  ['DELETE', 'counters', (state) => done(() => state.world.counters.reset())],
  ['GET', 'settings', (state) => state.world.settings],
  ['PUT', 'settings', putSettings],
  ['DELETE', 'everything', (state) => done(() => state.resetEverything())],
];

function done(act: () => void): object {
  act();
  return { ok: true };
}

function listed(state: ControlState, { query }: ControlRequest, shown?: ShownState): object {
  const { vendor, token, after, limit } = listQuery.parse(Object.fromEntries(query));
  if (vendor !== undefined) vendorOf(state, vendor);
  const notifications = state.world.records.list({
    vendor,
    token: token === undefined ? undefined : normalised(state, vendor, token),
    state: shown,
    after,
    limit,
  });
  const { size, dropped } = state.world.records;
  const next = notifications.length < limit ? null : (notifications.at(-1)?.sequence ?? null);
  return { notifications: notifications.map((kept) => view(state, kept)), next, kept: size, dropped };
}

/** Without a vendor the token is searched for as it is written. */
function normalised(state: ControlState, vendor: string | undefined, token: string): string {
  return vendor === undefined ? token : vendorOf(state, vendor).normaliseToken(token);
}

function view(state: ControlState, { sequence, state: shown, push }: KeptPush): object {
  const { raw, ...facts } = push;
  return { sequence, state: shown, ...facts, ...vendorOf(state, push.vendor).present(push), raw };
}

function removeCredential(state: ControlState, { segments }: ControlRequest): object {
  if (!collectionOf(state, segments).remove(segments[3] ?? '')) throw new NotThere('No such credential');
  return { ok: true };
}

function registerToken(state: ControlState, { segments, body }: ControlRequest): object {
  const vendor = vendorOf(state, segments[1]);
  return done(() => vendor.registerToken(vendor.normaliseToken(segments[2] ?? ''), body));
}

function withToken(act: (vendor: Vendor, token: string) => void): Route[2] {
  return (state, { segments }) => {
    const vendor = vendorOf(state, segments[1]);
    return done(() => act(vendor, vendor.normaliseToken(segments[2] ?? '')));
  };
}

function killToken(state: ControlState, { segments, body }: ControlRequest): object {
  const vendor = vendorOf(state, segments[1]);
  const { reason, timestamp } = killBody.parse(body);
  const death = {
    reason: z.enum(vendor.deathReasons).parse(reason ?? vendor.deathReasons[0]),
    timestamp: timestamp === undefined ? state.world.now() : timestamp,
  };
  return done(() => vendor.tokens.kill(vendor.normaliseToken(segments[2] ?? ''), death));
}

function putFaults(state: ControlState, { segments, body }: ControlRequest): object {
  const scope = scopeOf(state, segments);
  const list = faultsBody.parse(body);
  const faults = z.array(faultSchema).parse(Array.isArray(list) ? list : list.faults);
  return done(() => state.world.faults.set(scope, faults));
}

function putReceipts(state: ControlState, { segments, body }: ControlRequest): object {
  const vendor = vendorOf(state, segments[1]);
  const { codes, tokens } = z
    .strictObject({ codes: z.array(z.enum(vendor.receiptCodes)), tokens: z.array(z.string()).min(1).optional() })
    .parse(body);
  const normalised = tokens?.map((token) => vendor.normaliseToken(token));
  return done(() => state.world.receipts.plan(vendor.name, codes, normalised));
}

function countersOf({ world, vendors }: ControlState): object {
  for (const scope of scopes(vendors)) world.counters.of(scope);
  return { ...world.counters.all(), records: { kept: world.records.size, dropped: world.records.dropped } };
}

function putSettings({ world }: ControlState, { body }: ControlRequest): object {
  const settings = z.strictObject({ autoRegister: z.boolean().optional() }).parse(body);
  world.settings.autoRegister = settings.autoRegister ?? world.settings.autoRegister;
  return world.settings;
}

function vendorOf(state: ControlState, name: string | undefined): Vendor {
  const vendor = name !== undefined && Object.hasOwn(state.vendors, name) ? state.vendors[name] : undefined;
  if (vendor === undefined) throw new NotThere('No such vendor');
  return vendor;
}

function collectionOf(state: ControlState, [, vendor, name = '']: readonly string[]) {
  const { collections } = vendorOf(state, vendor);
  const collection = Object.hasOwn(collections, name) ? collections[name] : undefined;
  if (collection === undefined) throw new NotThere('The vendor has no such credentials');
  return collection;
}

function scopeOf(state: ControlState, [, scope = '']: readonly string[]): string {
  if (!scopes(state.vendors).includes(scope)) throw new NotThere('No such vendor or token endpoint');
  return scope;
}

function scopes(vendors: Readonly<Record<string, Vendor>>): string[] {
  const all = Object.values(vendors).flatMap((vendor) => vendor.listeners.map(({ endpoint }) => endpoint.scope));
  return [...new Set(all)];
}

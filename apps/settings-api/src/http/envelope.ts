import type { Call } from './call.ts';

/** What every success wraps its answer in (Agora contract section 2). */
export interface Envelope {
  action: string;
  organization: string;
  application: string;
  applicationName: string;
  uri: string;
  path?: string;
  timestamp: number;
  duration: number;
  entities?: unknown[];
  data?: unknown;
  count?: number;
  cursor?: string;
}

type Answer = Pick<Envelope, 'entities' | 'data' | 'count' | 'cursor'>;

export function envelope(call: Call, answer: Answer): Envelope {
  return {
    action: call.method.toLowerCase(),
    organization: call.app.organization,
    application: call.app.uuid,
    applicationName: call.app.name,
    uri: uriOf(call, call.resource),
    timestamp: call.startedAt,
    duration: call.elapsedMs(),
    ...answer,
  };
}

/** As {@link envelope}, for calls on a user: `path` is `/users`, and `uri` leaves the user's name out. */
export function userEnvelope(call: Call, answer: Answer): Envelope {
  return {
    ...envelope(call, answer),
    uri: uriOf(call, call.resource.replace(/^users\/[^/]+/, 'users')),
    path: '/users',
  };
}

/** As {@link envelope}, with a `path`. */
export function pathEnvelope(call: Call, path: string, answer: Answer): Envelope {
  return { ...envelope(call, answer), path };
}

function uriOf({ origin, base }: Call, resource: string): string {
  return `${origin}/${base}/${resource}`;
}

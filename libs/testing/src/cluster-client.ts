import type { SeededApp } from './seed.ts';
import type { TestCluster } from './test-cluster.ts';

/** An answer of the API: its status, and of its envelope what tests look at. */
export interface Answer<Data> {
  status: number;
  data: Data;
  cursor?: string;
}

async function request(url: string, method: string, body: unknown, headers: Record<string, string>): Promise<Response> {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${await response.text()}`);
  return response;
}

/** Calls the simulator's control API. Throws when it does not answer 2xx. */
export async function callControl<Result>(
  { control }: Pick<TestCluster, 'control'>,
  method: string,
  path: string,
  body?: unknown,
): Promise<Result> {
  return (await (await request(control + path, method, body, {})).json()) as Result;
}

/** Calls the API of an app. Throws when it does not answer 2xx. */
export async function callApp<Data>(
  api: { url: string },
  { organization, name, token }: Pick<SeededApp, 'organization' | 'name' | 'token'>,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer<Data>> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await request(`${api.url}/${organization}/${name}${path}`, method, body, headers);
  return { status: response.status, ...((await response.json()) as { data: Data; cursor?: string }) };
}

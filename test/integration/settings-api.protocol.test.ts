import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { START, startFixture, type Answer, type Fixture } from './settings-api.support.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(async () => {
  await fixture.close();
});

const U1 = '/org1/app1/users/u1';

function expectError(answer: Answer, status: number, error: string, description: string): void {
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  expect(answer.body).toEqual({
    error,
    exception: expect.any(String),
    timestamp: START,
    duration: expect.any(Number),
    error_description: description,
  });
}

/** Writes bytes to the server as they are and returns all that it answers. */
async function sendRaw(text: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(fixture.api.url);
  return await new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
    socket.setTimeout(5_000, () => socket.destroy(new Error(`no end of the answer: ${answer}`)));
  });
}

function jsonOf(answer: string): unknown {
  return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));
}

describe('tokens', () => {
  it.each([
    ['no header', undefined],
    ['another scheme', 'Basic dTpw'],
    ['no token', 'Bearer'],
    ['an empty header', ''],
  ])('case 61: refuses %s', async (_case, authorization) => {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    const answer = await fixture.call('GET', U1, { token: null, headers });
    expectError(answer, 401, 'unauthorized', 'Unable to authenticate due to expired access token');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  it.each(['x', 'op_short', 'YWMtabc', `op_${'!'.repeat(43)}`])('case 62: refuses %s as corrupt', async (token) => {
    const answer = await fixture.call('GET', U1, { token });
    expectError(answer, 401, 'auth_bad_access_token', 'Unable to authenticate due to corrupt access token');
  });

  it('case 63: refuses a well-formed token that it does not know', async () => {
    const answer = await fixture.call('GET', U1, { token: `op_${'A'.repeat(43)}` });
    expectError(answer, 401, 'auth_bad_access_token', 'Unable to authenticate');
  });

  it('case 64: refuses a token from the moment at which it expires', async () => {
    const { token } = await fixture.createToken(fixture.app.id, new Date(START + 2_000));
    expect((await fixture.call('GET', U1, { token })).status).toBe(200);
    fixture.clock.advance(1_999);
    expect((await fixture.call('GET', U1, { token })).status).toBe(200);
    fixture.clock.advance(1);
    const answer = await fixture.call('GET', U1, { token });
    fixture.clock.advance(-2_000);
    expect(answer.status).toBe(401);
    expect(answer.body['error_description']).toBe('Unable to authenticate due to expired access token');
  });

  it('refuses the token of another app', async () => {
    const answer = await fixture.call('GET', U1, { token: fixture.other.token });
    expectError(answer, 401, 'unauthorized', 'Unable to authenticate (OAuth)');
  });

  it('refuses a revoked token after at most 5 seconds', async () => {
    const { id, token } = await fixture.createToken(fixture.app.id);
    expect((await fixture.call('GET', U1, { token })).status).toBe(200);
    await fixture.revokeToken(id);
    fixture.clock.advance(5_000);
    const answer = await fixture.call('GET', U1, { token });
    fixture.clock.advance(-5_000);
    expect(answer.body['error_description']).toBe('Unable to authenticate');
  });

  it('takes the scheme in any case', async () => {
    const headers = { authorization: `bearer ${fixture.app.token}` };
    expect((await fixture.call('GET', U1, { token: null, headers })).status).toBe(200);
  });
});

describe('paths and methods', () => {
  it.each([
    ['/nosuch/app1/users/u1', 'nosuch/app1'],
    ['/org1/nosuch/users/u1', 'org1/nosuch'],
    ['/org1/nosuch/no/such/path', 'org1/nosuch'],
    ['/ORG1/app1/users/u1', 'ORG1/app1'],
    ['/org1/%00/users/u1', 'org1/\0'],
  ])('case 69: %s names no app, and says so before it looks at the token', async (path, app) => {
    const answer = await fixture.call('GET', path, { token: 'x' });
    const uri = decodeURIComponent(path.slice(1));
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({ error: 'organization_application_not_found' });
    const description = String(answer.body['error_description']);
    expect([description, decodeURIComponent(description)]).toContain(
      `Could not find application for ${app} from URI: ${uri}`,
    );
  });

  it.each([
    '/org1/app1/nosuch',
    '/org1/app1/users',
    '/org1/app1/users/u1/',
    '/org1/app1/users//',
    '/org1/app1/users/u1/notification/conversations/paginated/x',
    '/org1/app1/push',
    '/org1/app1/Users/u1',
    '/org1/app1',
    '/org1',
    '/nosuch/deeper',
    '/',
    '/.env',
  ])('case 73: %s is no path', async (path) => {
    expectError(await fixture.call('GET', path), 404, 'not_found', 'url is invalid');
  });

  it('case 73: an unknown path of an app needs a token all the same', async () => {
    expect((await fixture.call('GET', '/org1/app1/nosuch', { token: null })).status).toBe(401);
  });

  it.each([
    ['PATCH', U1, 'DELETE, GET, HEAD, PUT'],
    ['POST', U1, 'DELETE, GET, HEAD, PUT'],
    ['GET', '/org1/app1/notification/template', 'POST'],
    ['POST', '/org1/app1/notification/template/t', 'DELETE, GET, HEAD, PUT'],
    ['PUT', '/org1/app1/push/messages', 'POST'],
    ['POST', '/org1/app1/push/credentials', 'GET, HEAD'],
    ['DELETE', '/healthz', 'GET, HEAD'],
    ['PROPFIND', U1, 'DELETE, GET, HEAD, PUT'],
  ])('case 74: %s %s is not allowed', async (method, path, allow) => {
    const answer = await fixture.call(method, path, { ...(method === 'PATCH' && { body: {} }) });
    expectError(answer, 405, 'not_allowed', `${method} is not allowed on this url`);
    expect(answer.headers.get('allow')).toBe(allow);
  });

  it('tells a wrong path before a wrong content type', async () => {
    const answer = await fixture.call('PUT', '/org1/app1/nosuch', { raw: 'a=b' });
    expect(answer.status).toBe(404);
  });

  it.each(['/org1/app1/users/%zz', '/%', '/org1/app1/users/%ff'])('answers the broken escape of %s', async (path) => {
    const answer = await sendRaw(
      `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${fixture.app.token}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 40[04] /);
    expect(jsonOf(answer)).toMatchObject({ error_description: expect.any(String), timestamp: START });
  });
});

describe('bodies', () => {
  it.each([['{bad'], ['{"a":1'], ['[1,]'], ['{"a":\u0001"x"}'], ['{"nickname":"a"} trailing'], ["{'nickname':'a'}"]])(
    'case 70: %j is not JSON',
    async (raw) => {
      const answer = await fixture.call('PUT', U1, { raw, headers: { 'content-type': 'application/json' } });
      expectError(answer, 400, 'json_parse', 'Unexpected character: the body is not JSON');
    },
  );

  it('case 70: neither is text that is not UTF-8', async () => {
    const raw = Buffer.from([...Buffer.from('{"nickname":"'), 0xff, 0xfe, ...Buffer.from('"}')]);
    expect((await fixture.call('PUT', U1, { raw })).body['error']).toBe('json_parse');
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'application/vnd.x+json', 'APPLICATION/JSON'])(
    'says that a body declared as %s is not JSON',
    async (type) => {
      const answer = await fixture.call('PUT', U1, { raw: 'a=b', headers: { 'content-type': type } });
      expect(answer.body['error']).toBe('json_parse');
    },
  );

  it.each(['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x', ';;;', 'json'])(
    'case 71: a body of type %s that does not look like JSON is not supported',
    async (type) => {
      const answer = await fixture.call('PUT', U1, { raw: 'a=b', headers: { 'content-type': type } });
      expectError(answer, 415, 'web_application', 'Unsupported Media Type');
    },
  );

  it.each(['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data', ';;;', 'json', '*/*'])(
    'reads a body that looks like JSON whatever type it has: %s',
    async (type) => {
      const raw = ' \r\n\t{"nickname":"lenient"}';
      expect((await fixture.call('PUT', U1, { raw, headers: { 'content-type': type } })).status).toBe(200);
    },
  );

  it('reads a body with a byte order mark', async () => {
    expect((await fixture.call('PUT', U1, { raw: Buffer.from('\ufeff{"nickname":"bom"}') })).status).toBe(200);
  });

  it.each([
    ['GET', U1],
    ['PUT', U1],
    ['DELETE', '/org1/app1/users/gone'],
  ])('case 72: %s with a JSON type and no body is no error of the body', async (method, path) => {
    await fixture.call('PUT', '/org1/app1/users/gone');
    const answer = await fixture.call(method, path, { headers: { 'content-type': 'application/json' } });
    expect(answer.status).toBe(200);
  });

  it('reads past a body that a DELETE has', async () => {
    await fixture.call('PUT', '/org1/app1/users/gone');
    expect((await fixture.call('DELETE', '/org1/app1/users/gone', { body: { a: 1 } })).status).toBe(200);
  });

  it.each([
    ['2 MB', 2_000_000],
    ['1 MB', 1_000_000],
    ['one byte too many', 262_145],
  ])('case 75: a body of %s is too large', async (_case, length) => {
    const raw = JSON.stringify({ nickname: 'x' }).padEnd(length, ' ');
    const answer = await fixture.call('PUT', U1, { raw });
    expectError(answer, 413, 'illegal_argument', 'request body is too large');
  });

  it('case 75: so is one of unknown length', async () => {
    const { hostname, port } = new URL(fixture.api.url);
    const status = await new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${fixture.app.token}`, 'transfer-encoding': 'chunked' };
      const outgoing = request({ host: hostname, port, path: U1, method: 'PUT', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      outgoing.on('error', reject);
      for (let chunk = 0; chunk < 8; chunk += 1) outgoing.write(' '.repeat(100_000));
      outgoing.end('{}');
    });
    expect(status).toBe(413);
  });

  it('takes the largest body that is allowed', async () => {
    const raw = JSON.stringify({ nickname: 'big' }).padEnd(262_144, ' ');
    expect((await fixture.call('PUT', U1, { raw })).status).toBe(200);
  });

  it('answers after a body that was too large on a new connection', async () => {
    await fixture.call('PUT', U1, { raw: ' '.repeat(3_000_000) });
    expect((await fixture.call('GET', U1)).status).toBe(200);
  });

  it.each([
    ['deep lists', `{"nickname":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'nickname'],
    ['deep objects', `{"x":${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}}`, 'x'],
    ['a prototype', '{"__proto__":{"activated":false}}', '__proto__'],
    ['an inner prototype', '{"x":{"__proto__":1}}', 'x'],
    ['a number beyond double precision', '{"x":1e400}', 'x'],
    ['a NUL', '{"x":["\\u0000"]}', 'x'],
    ['a NUL in a key', '{"a\\u0000":1}', 'a\0'],
    ['a lone surrogate', '{"x":{"y":"\\ud800"}}', 'x'],
  ])('refuses %s wherever it is', async (_case, raw, field) => {
    const answer = await fixture.call('PUT', U1, { raw });
    expect(answer.status).toBe(400);
    expect(answer.body['error_description']).toBe(`parameters is invalid : ${field}`);
  });

  it('tells a bad token before a bad body', async () => {
    expect((await fixture.call('PUT', U1, { raw: '{bad', token: 'x' })).status).toBe(401);
  });
});

describe('the connection', () => {
  it.each([
    ['nonsense', 'NONSENSE\r\n\r\n', 400],
    ['a header without a name', 'GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n', 400],
    ['headers that are too large', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    [
      'two lengths of a body',
      'PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
    ],
  ])('is answered in JSON after %s', async (_case, text, status) => {
    const answer = await sendRaw(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(jsonOf(answer)).toEqual({
      error: 'illegal_argument',
      exception: 'java.lang.IllegalArgumentException',
      timestamp: START,
      duration: 0,
      error_description: expect.any(String),
    });
  });

  it('may ask for what the server does not know', async () => {
    const answer = await sendRaw('GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('may be one that browsers asked permission for', async () => {
    const answer = await fixture.call('OPTIONS', U1, {
      token: null,
      headers: { origin: 'https://chat.example', 'access-control-request-method': 'PUT' },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('access-control-allow-methods')).toBe('GET, POST, PUT, DELETE');
    expect(answer.headers.get('access-control-allow-headers')).toBe('Authorization, Content-Type');
  });

  it('carries the origin header on answers too', async () => {
    expect((await fixture.call('GET', U1)).headers.get('access-control-allow-origin')).toBe('*');
  });
});

describe('what operators ask', () => {
  it('is alive and ready, without a token', async () => {
    expect((await fixture.call('GET', '/healthz', { token: null })).body).toEqual({ status: 'ok' });
    expect((await fixture.call('GET', '/readyz', { token: null })).body).toEqual({ status: 'ok', failed: [] });
  });

  it('counts answers by route and status, and names no user', async () => {
    await fixture.call('GET', U1);
    const { text } = await fixture.call('GET', '/metrics', { token: null });
    expect(text).toMatch(/^offpush_http_seconds_count\{.*route="\/:org\/:app\/users\/:username",status="200"/m);
    expect(text).not.toContain('u1');
  });

  it('serves a page for its document', async () => {
    const page = await fixture.call('GET', '/docs', { token: null });
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    for (const [, asset = ''] of page.text.matchAll(/(?:href|src)="([^"]+)"/g)) {
      expect((await fixture.call('GET', asset, { token: null })).status).toBe(200);
    }
  });

  it('logs requests without paths, bodies or tokens', async () => {
    fixture.logs.length = 0;
    await fixture.call('PUT', '/org1/app1/users/secretive', { body: { nickname: 'Confidential' } });
    await fixture.call('GET', '/healthz');
    const log = fixture.logs.join('');
    expect(log).toContain('/:org/:app/users/:username');
    expect(log).not.toMatch(/secretive|Confidential/);
    expect(log).not.toContain(fixture.app.token);
  });
});

import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Counters } from '../src/core/counters.ts';
import { ReceiptDesk, type ReceiptStyle } from '../src/core/receipts.ts';
import { listen } from '../src/http/listen.ts';
import { START_MS } from './harness.ts';
import { type ReceiptInbox, openInbox } from './receipt-inbox.ts';

interface Callback {
  readonly url: string;
}

/** Codes of a post as `token:code` lines. */
const STYLE: ReceiptStyle<Callback> = {
  vendor: 'nokia',
  itemsPerPost: 3,
  post: ({ url }, items) => ({
    url,
    headers: { 'content-type': 'text/plain' },
    body: items.map(({ token, code }) => `${token}:${code}`).join(' '),
  }),
};

/** A post for each item, to the URL in its reference; posts of a callback follow one another. */
const ONE_BY_ONE: ReceiptStyle<Callback> = {
  ...STYLE,
  itemsPerPost: 1,
  post: (callback, items) => ({ ...STYLE.post(callback, items), url: items[0]?.reference ?? '' }),
};

let inbox: ReceiptInbox;
let counters: Counters;
let desk: ReceiptDesk;

beforeEach(async () => {
  inbox = await openInbox();
  counters = new Counters();
  desk = new ReceiptDesk(() => START_MS, counters);
});

afterEach(async () => await inbox.close());

function add(tokens: readonly string[], path = '/a', style = STYLE): void {
  const callback = { url: `${inbox.url}${path}` };
  for (const token of tokens)
    desk.add(style, callback, { token, messageId: 'm1', reference: undefined, code: 'delivered' });
}

async function bodies(count: number): Promise<string[]> {
  return (await inbox.received(count)).map(({ body }) => body);
}

describe('receipts', () => {
  it('tell of each push that it was delivered, unless planned otherwise', async () => {
    add(['a', 'b']);
    expect(await bodies(1)).toEqual(['a:delivered b:delivered']);
    expect(inbox.posts[0]).toMatchObject({ path: '/a', headers: { 'content-type': 'text/plain' } });
  });

  it('carry what is known of the push, and the time of the clock', async () => {
    const style = {
      ...STYLE,
      post: (callback: Callback, items: readonly object[]) => ({
        url: callback.url,
        headers: {},
        body: JSON.stringify(items),
      }),
    };
    desk.add(style, { url: inbox.url }, { token: 'a', messageId: 'm1', reference: 'r1', code: 'delivered' });
    const [body = ''] = await bodies(1);
    expect(JSON.parse(body)).toEqual([
      { token: 'a', messageId: 'm1', reference: 'r1', code: 'delivered', at: START_MS },
    ]);
  });

  it('have the codes planned for all, or those planned for their token', async () => {
    desk.plan('nokia', ['clicked']);
    desk.plan('nokia', ['delivered', 'dead'], ['b', 'c']);
    add(['a', 'b']);
    expect(await bodies(1)).toEqual(['a:clicked b:delivered b:dead']);
  });

  it('are not sent where the plan has no codes', async () => {
    desk.plan('nokia', []);
    desk.plan('nokia', ['delivered'], ['b']);
    add(['a', 'b', 'c']);
    expect(await bodies(1)).toEqual(['b:delivered']);
  });

  it('go by the plan of their vendor', async () => {
    desk.plan('siemens', ['dead']);
    add(['a']);
    expect(await bodies(1)).toEqual(['a:delivered']);
  });

  it.each<[string, () => void]>([
    ['that of their vendor', () => desk.clearPlans('nokia')],
    ['every plan', () => desk.clear()],
  ])('are as usual once %s is taken back', async (_, takeBack) => {
    desk.plan('nokia', ['dead']);
    desk.plan('nokia', ['clicked'], ['a']);
    takeBack();
    add(['a']);
    expect(await bodies(1)).toEqual(['a:delivered']);
  });

  it('stay as planned when the plan of another vendor is taken back', async () => {
    desk.plan('nokia', ['dead']);
    desk.clearPlans('siemens');
    add(['a']);
    expect(await bodies(1)).toEqual(['a:dead']);
  });

  it('are posted together, as many as the vendor puts into one post', async () => {
    add(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
    expect(await bodies(3)).toEqual([
      'a:delivered b:delivered c:delivered',
      'd:delivered e:delivered f:delivered',
      'g:delivered',
    ]);
  });

  it('are posted apart where the vendor must not put them together, each part as full as may be', async () => {
    const partition: ReceiptStyle<Callback>['partition'] = (items) =>
      ['delivered', 'dead'].map((wanted) => items.filter(({ code }) => code === wanted));
    desk.plan('nokia', ['delivered', 'dead']);
    add(['a', 'b', 'c', 'd'], '/a', { ...STYLE, partition });
    expect(await bodies(4)).toEqual([
      'a:delivered b:delivered c:delivered',
      'd:delivered',
      'a:dead b:dead c:dead',
      'd:dead',
    ]);
  });

  it('are not posted of codes that are not wanted', async () => {
    const callback = { url: inbox.url };
    const wants = (code: string) => code !== 'clicked';
    desk.plan('nokia', ['delivered', 'clicked', 'dead'], ['b']);
    const item = { messageId: 'm1', reference: undefined };
    desk.add(STYLE, callback, { ...item, token: 'a', code: 'clicked' }, wants);
    desk.add(STYLE, callback, { ...item, token: 'b', code: 'delivered' }, wants);
    expect(await bodies(1)).toEqual(['b:delivered b:dead']);
  });

  it('are dropped by a reset, those that wait for their turn too', async () => {
    add(['a', 'b', 'c', 'd'], '/a');
    await inbox.received(1);
    add(['e'], '/e');
    desk.clear();
    add(['f'], '/f');
    await inbox.received(2);
    expect(inbox.posts.map(({ body }) => body)).toEqual(['a:delivered b:delivered c:delivered', 'f:delivered']);
  });

  it('do not wait for the slow answer of another callback', async () => {
    const slow = await openInbox('never');
    desk.add(STYLE, { url: slow.url }, { token: 'a', messageId: 'm1', reference: undefined, code: 'delivered' });
    await slow.received(1);
    add(['b']);
    expect(await bodies(1)).toEqual(['b:delivered']);
    await slow.close();
  });

  it('go to their own callback', async () => {
    add(['a'], '/a');
    add(['b'], '/b');
    add(['c'], '/a');
    await inbox.received(2);
    expect(new Map(inbox.posts.map(({ path, body }) => [path, body]))).toEqual(
      new Map([
        ['/a', 'a:delivered c:delivered'],
        ['/b', 'b:delivered'],
      ]),
    );
  });

  it('of two vendors to one callback stay apart', async () => {
    add(['a']);
    add(['b'], '/a', { ...STYLE, vendor: 'siemens' });
    expect((await bodies(2)).sort()).toEqual(['a:delivered', 'b:delivered']);
  });
});

describe('the counters of receipts', () => {
  /** Posts to the URLs one after the other; when the last has come, those before it are counted. */
  async function postTo(...urls: string[]): Promise<void> {
    for (const reference of [...urls, inbox.url]) {
      desk.add(ONE_BY_ONE, { url: '' }, { token: 'a', messageId: 'm1', reference, code: 'delivered' });
    }
    await inbox.received(1);
  }

  it('tell how callbacks answered', async () => {
    const other = await openInbox(503);
    await postTo(other.url, other.url);
    expect(counters.of('nokia').receipts).toEqual({ 503: 2 });
    expect(other.posts).toHaveLength(2);
    await other.close();
  });

  it('tell of callbacks that did not answer, and nothing is sent again', async () => {
    const gone = await openInbox();
    await gone.close();
    await postTo(gone.url, 'not a URL');
    expect(counters.of('nokia').receipts).toEqual({ failed: 2 });
  });

  it('take a redirection for a failure', async () => {
    const server = createServer((_, response) => response.writeHead(307, { location: inbox.url }).end());
    const port = await listen(server, { host: '127.0.0.1', port: 0 });
    await postTo(`http://127.0.0.1:${port}`);
    expect(counters.of('nokia').receipts).toEqual({ failed: 1 });
    expect(inbox.posts).toHaveLength(1);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});

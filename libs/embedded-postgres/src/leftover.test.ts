import { describe, expect, it } from '@jest/globals';
import { judgeHolder, ownerMark, parsePidFile } from './leftover.ts';

describe('the pid file of a cluster', () => {
  const complete = '4711\n/data/cluster\n1794000000\n5433\n\n127.0.0.1\n  1234567         0\nready   \n';

  it.each([
    ['of a server that accepts connections', complete, { pid: 4711, ready: true }],
    ['of a server that is starting', complete.replace('ready   ', 'starting'), { pid: 4711, ready: false }],
    ['that has just been made', '4711\n/data/cluster\n', { pid: 4711, ready: false }],
    ['that is empty', '', undefined],
    ['that is damaged', 'what\nis\nthis', undefined],
  ])('is read when it is one %s', (_case, text, expected) => {
    expect(parsePidFile(text)).toEqual(expected);
  });
});

describe('who uses a cluster', () => {
  const server = `/pg/bin/postgres -D /data/cluster -c port=5433 -c cluster_name=${ownerMark(100)}`;

  it.each([
    ['nobody, when there is no such process', undefined, { kind: 'nobody' }],
    ['nobody, when the process id is another program’s', { parent: 1, command: 'node main.js' }, { kind: 'nobody' }],
    [
      'nobody, when the server is on another cluster',
      { parent: 100, command: server.replace('/data/cluster', '/data/cluster2') },
      { kind: 'nobody' },
    ],
    ['the parent that started it, while that lives', { parent: 100, command: server }, { kind: 'owned', owner: 100 }],
    ['only a leftover, when its parent is gone', { parent: 1, command: server }, { kind: 'leftover', pid: 4711 }],
    [
      'only a leftover, when somebody else started it',
      { parent: 1, command: '/pg/bin/postgres -D /data/cluster' },
      { kind: 'leftover', pid: 4711 },
    ],
  ])('is %s', (_case, found, expected) => {
    expect(judgeHolder('/data/cluster', 4711, found)).toEqual(expected);
  });
});

import { expect, it } from '@jest/globals';
import { serverArguments } from './settings.ts';

const options = { ephemeral: false, settings: {}, owner: 100 };

it('keeps the server on loopback whatever settings are asked for', () => {
  const settings = { listen_addresses: '*', unix_socket_directories: '/tmp', port: '1', work_mem: '8MB' };
  const args = serverArguments('/data/cluster', 5433, { ...options, settings });
  expect(args.slice(0, 2)).toEqual(['-D', '/data/cluster']);
  expect(args).toEqual(
    expect.arrayContaining(['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'port=5433', 'work_mem=8MB']),
  );
  expect(args.join(' ')).not.toContain('/tmp');
});

it('gives up syncing for ephemeral data only', () => {
  expect(serverArguments('/data/cluster', 5433, options)).not.toContain('fsync=off');
  expect(serverArguments('/data/cluster', 5433, { ...options, ephemeral: true })).toContain('fsync=off');
});

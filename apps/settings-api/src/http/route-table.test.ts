import { describe, expect, it } from '@jest/globals';
import { RouteTable } from './route-table.ts';

const routes = new RouteTable();
routes.add('GET', '/:org/:app/users/:username');
routes.add('PUT', '/:org/:app/users/:username');
routes.add('POST', '/:org/:app/users/search');
routes.add('GET', '/docs/*');

describe('RouteTable', () => {
  it.each([
    ['/o/a/users/u1', ['GET', 'PUT']],
    ['/o/a/users/search', ['GET', 'POST', 'PUT']],
    ['/o/a/users', []],
    ['/o/a/users/', []],
    ['/o/a/users/u1/x', []],
    ['/o/a/Users/u1', []],
    ['/docs/', ['GET']],
    ['/docs/a/b', ['GET']],
    ['/docs', []],
    ['', []],
  ])('%s has %j', (path, methods) => {
    expect(routes.methodsOf(path)).toEqual(methods);
  });
});

import { describe, expect, it } from '@jest/globals';
import { authorization } from './auth.ts';

describe('xiaomi authorization', () => {
  it('is the secret as it is', () => {
    expect(authorization({ appSecret: 'demoAppSecret' })).toEqual({ authorization: 'key=demoAppSecret' });
  });
});

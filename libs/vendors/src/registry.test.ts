import { describe, expect, it } from '@jest/globals';
import { VENDOR_NAMES } from '#libs/contracts';
import { VENDORS, vendorOf } from './registry.ts';

describe('vendor registry', () => {
  it.each(VENDOR_NAMES)('has %s under its own name', (name) => {
    expect(VENDORS[name].name).toBe(name);
    expect(vendorOf(name)).toBe(VENDORS[name]);
  });

  it.each(VENDOR_NAMES)('refuses an empty credential of %s', (name) => {
    expect(vendorOf(name).credentialSchema.safeParse({}).success).toBe(false);
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseExt } from './parse-ext.ts';

describe('parseExt', () => {
  it.each([true, 1, 'true', 'TRUE', 'YES', 'yes', '1'])('reads %p as true', (value) => {
    expect(parseExt({ em_force_notification: value, em_ignore_notification: value })).toMatchObject({
      force: true,
      silent: true,
    });
  });

  it.each([false, 0, 'false', 'NO', '', 2, null, [], {}, 'yes please'])('reads %p as false', (value) => {
    expect(parseExt({ em_force_notification: value, em_ignore_notification: value })).toMatchObject({
      force: false,
      silent: false,
    });
  });

  it('takes keys of a wrong type as absent', () => {
    const wrong = parseExt({
      em_apns_ext: 'x',
      em_push_ext: [1],
      em_push_filter: 'x',
      em_push_template: 'x',
      em_at_list: 5,
      em_android_push_ext: null,
    });
    expect(wrong).toEqual(parseExt({}));
    expect(parseExt(undefined)).toEqual(parseExt({}));
  });

  it.each([
    [{ em_push_ext: { type: 'call' } }, 'call'],
    [{ em_push_ext: { type: 'other' } }, undefined],
    [{ em_push_ext: { type: 1 } }, undefined],
    [{}, undefined],
  ])('reads from %j that the message is for %p', (ext, purpose) => {
    expect(parseExt(ext).purpose).toBe(purpose);
  });

  it('takes the oldest spelling of a title where there is no newer one', () => {
    expect(parseExt({ em_apns_ext: { em_push_name: 'Old' } }).title).toBe('Old');
    expect(parseExt({ em_apns_ext: { em_push_name: 'Old', em_push_title: 'New' } }).title).toBe('New');
  });

  it('keeps the places of template values of a wrong type', () => {
    const { template } = parseExt({ em_push_template: { name: 't', content_args: ['a', null, 3, {}, 'b'] } });
    expect(template.named?.values.content).toEqual(['a', '', '3', '', 'b']);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (ext, value) => {
        parseExt({ ...ext, em_apns_ext: value, em_push_template: value, em_push_filter: value, em_push_ext: value });
      }),
    );
  });
});

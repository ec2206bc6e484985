import { describe, expect, it } from '@jest/globals';
import { type ApnsHeaders, faultyTopic } from './headers.ts';

function headers(pushType: string | undefined, topic: string): ApnsHeaders {
  return { id: undefined, topic, pushType, expiration: undefined, priority: undefined, collapseId: undefined };
}

describe('a topic', () => {
  it.each([
    [undefined, 'im.example.chat'],
    ['alert', 'im.example.chat'],
    ['background', 'im.example.chat'],
    ['voip', 'im.example.chat.voip'],
    ['liveactivity', 'im.example.chat.push-type.liveactivity'],
    ['widgets', 'im.example.chat.push-type.widgets'],
    ['pushtotalk', 'im.example.chat.voip-ptt'],
    ['location', 'im.example.chat.location-query'],
    ['fileprovider', 'im.example.chat.pushkit.fileprovider'],
    ['controls', 'im.example.chat.push-type.controls'],
  ])('of push type %s is %s', (pushType, topic) => {
    expect(faultyTopic(headers(pushType, topic), ['im.example.chat'])).toBeUndefined();
  });

  it.each([
    ['voip', 'im.example.chat', 'BadTopic'],
    ['voip', '.voip', 'BadTopic'],
    ['liveactivity', 'im.example.chat.voip', 'BadTopic'],
    ['alert', 'im.example.chat.voip', 'TopicDisallowed'],
    ['alert', '', 'MissingTopic'],
    ['alert', '-chat', 'BadTopic'],
    ['alert', 'a'.repeat(256), 'BadTopic'],
  ])('of push type %s is not %j: %s', (pushType, topic, reason) => {
    expect(faultyTopic(headers(pushType, topic), ['im.example.chat'])).toBe(reason);
  });
});

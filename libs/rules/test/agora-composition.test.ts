import { describe, expect, it } from '@jest/globals';
import type { MessageEvent } from '#libs/contracts';
import { aTemplate, composed, DAY, NOW, TO_GROUP, type Composition } from './fixtures.ts';

const summary = { displayStyle: 'summary' } as const;
const test7 = aTemplate('test7', 'Hello,{0}', 'Test,{0}');
const named = { em_push_template: { name: 'test7', title_args: ['value1'], content_args: ['value1'] } };
const customTexts = { em_apns_ext: { em_push_title: 'custom push title', em_push_content: 'custom push content' } };

/** Title and body of a case, as `title | body`. */
function texts(composition: Composition): string {
  const { title, body } = composed(composition).notification;
  return `${title} | ${body}`;
}

describe('display style (Agora contract section 6.2)', () => {
  it.each<[string, string, Composition]>([
    ['simple', 'You have a new message | Click to check', {}],
    ['simple in a group', 'You have a new message | Click to check', { message: TO_GROUP }],
    ['summary with a nickname', 'You have a new message | Bo: hi', { user: summary }],
    ['summary without one', 'You have a new message | S: hi', { user: summary, nickname: null }],
    ['summary with a blank one', 'You have a new message | S: hi', { user: summary, nickname: ' ' }],
    ['summary in a group', 'You have a new message | Bo: hi', { user: summary, message: TO_GROUP }],
    [
      'summary in a group, by the group id',
      'You have a new message | G: hi',
      { user: summary, message: TO_GROUP, policy: { groupSummary: 'group' } },
    ],
    [
      "summary in a group with the sender's nickname there",
      'You have a new message | Bobby: hi',
      { user: summary, message: { ...TO_GROUP, ext: { em_push_ext: { group_user_nickname: 'Bobby' } } } },
    ],
    ['summary of an empty text', 'You have a new message | Click to check', { user: summary, message: { text: ' ' } }],
    [
      'summary of an image',
      'You have a new message | Bo: [image]',
      { user: summary, message: { messageType: 'image' } },
    ],
    ['the texts of the app', 'News | Look', { policy: { simpleTitle: 'News', simpleBody: 'Look' } }],
  ])('%s', (_style, expected, composition) => {
    expect(texts(composition)).toBe(expected);
  });

  it.each(['image', 'audio', 'video', 'file', 'location'] as const)('shows [%s] for such a message', (messageType) => {
    expect(texts({ user: summary, message: { messageType } })).toBe(`You have a new message | Bo: [${messageType}]`);
  });
});

describe('order of the sources (Agora contract section 6.1)', () => {
  const own = aTemplate('own', 'own title', 'own body');
  const fallback = aTemplate('default', 'default title', 'default body');
  const all = { templates: [test7, own, fallback] };

  it.each<[string, string, Composition]>([
    ['default template before the style', 'default title | default body', { templates: [fallback] }],
    [
      "the message's texts before the default template",
      'custom push title | custom push content',
      { templates: [fallback], message: { ext: customTexts } },
    ],
    [
      "the receiver's template before the message's texts",
      'own title | own body',
      { ...all, user: { templateName: 'own' }, message: { ext: customTexts } },
    ],
    [
      "the message's template before the receiver's",
      'Hello,value1 | Test,value1',
      { ...all, user: { templateName: 'own' }, message: { ext: { ...named, ...customTexts } } },
    ],
    [
      "the message's texts before all templates, by policy",
      'custom push title | custom push content',
      {
        ...all,
        user: { templateName: 'own' },
        message: { ext: { ...named, ...customTexts } },
        policy: { titleOrder: 'messageFirst' },
      },
    ],
    [
      "a receiver's template that does not exist has no effect",
      'You have a new message | Click to check',
      { user: { templateName: 'nosuch' } },
    ],
    [
      'title and body are chosen apart',
      'default title | only this',
      { ...all, message: { ext: { em_apns_ext: { em_push_content: 'only this' } } } },
    ],
    [
      'the newer spelling before the older',
      'new | custom push content',
      { message: { ext: { ...customTexts, em_push_ext: { title: 'new' } } } },
    ],
    [
      'the spelling of one sample',
      'a | b',
      { message: { ext: { em_push_ext: { em_push_title: 'a', em_push_content: 'b' } } } },
    ],
    [
      'a template that comes out blank hides nothing',
      'You have a new message | Test,',
      { templates: [aTemplate('t', '{0}', 'Test,{0}')], message: { ext: { em_push_template: { name: 't' } } } },
    ],
  ])('%s', (_order, expected, composition) => {
    expect(texts(composition)).toBe(expected);
  });
});

describe('templates (Agora contract section 6.3)', () => {
  it('fills title and content each from its own values', () => {
    const template = { name: 'two', title_args: ['a'], content_args: ['b', 'c'] };
    const composition = {
      templates: [aTemplate('two', '{0}{1}', '{1}{0}')],
      message: { ext: { em_push_template: template } },
    };
    expect(texts(composition)).toBe('a | cb');
  });

  it('gives values without a name to the default template', () => {
    const composition = {
      templates: [aTemplate('default', 'Hi {0}', 'See {0}')],
      message: { ext: { em_push_template: { title_args: ['x'], content_args: ['y'] } } },
    };
    expect(texts(composition)).toBe('Hi x | See y');
  });

  it('fills the built-in variables in patterns and in arguments', () => {
    const template = { name: 't', title_args: ['from {$fromNickname}'], content_args: ['{$dynamicFrom}: {$msg}'] };
    const composition = {
      templates: [aTemplate('t', '{0}', '{0} / {$msg}')],
      message: {
        ...TO_GROUP,
        ext: { em_push_template: template, em_push_ext: { group_user_nickname: 'Bobby' } },
      },
    };
    expect(texts(composition)).toBe('from Bo | Bobby: hi / hi');
  });

  const directed = (name: string): Partial<MessageEvent> => ({
    ...TO_GROUP,
    ext: {
      em_push_template: {
        name: 'push_template',
        title_args: ['group name'],
        content_args: ['Tom', 'sends a message'],
        directed_template: {
          target: ['hxtest'],
          name,
          title_args: ['group name'],
          content_args: ['Tom', 'mentions you in the group'],
        },
      },
    },
  });
  const both = [aTemplate('push_template', '{0}', '{0}:{1}'), aTemplate('at_push_template', '{0}', '{0}:{1}')];

  it('89: gives the directed text to the named members and the outer one to the others', () => {
    const message = directed('at_push_template');
    expect(texts({ templates: both, message, username: 'hxtest' })).toBe('group name | Tom:mentions you in the group');
    expect(texts({ templates: both, message })).toBe('group name | Tom:sends a message');
  });

  it('gives the outer text when the directed template does not exist', () => {
    const message = directed('nosuch');
    expect(texts({ templates: both, message, username: 'hxtest' })).toBe('group name | Tom:sends a message');
  });

  it('uses a directed template without an outer one', () => {
    const message: Partial<MessageEvent> = {
      ext: { em_push_template: { directed_template: { target: ['R'], name: 'test7', content_args: ['x'] } } },
    };
    expect(texts({ templates: [test7], message })).toBe('Hello, | Test,x');
  });
});

describe('language (Agora contract section 6.4)', () => {
  const message = { text: 'hello', translations: { fr: 'bonjour', zh: '你好', 'pt-BR': 'oi' } };

  it.each([
    ['', 'hello'],
    ['fr', 'bonjour'],
    ['FR', 'bonjour'],
    ['fr-CA', 'bonjour'],
    ['zh-Hans', '你好'],
    ['zh_CN', '你好'],
    ['pt', 'oi'],
    ['pt-PT', 'hello'],
    ['de', 'hello'],
  ])('receiver prefers "%s": %s', (language, text) => {
    expect(composed({ user: { ...summary, language }, message }).notification.body).toBe(`Bo: ${text}`);
    const template = { templates: [aTemplate('default', 't', '{$msg}')], user: { language }, message };
    expect(composed(template).notification.body).toBe(text);
  });

  it("does not translate the message's own texts", () => {
    const own = { ...message, ext: { em_push_ext: { content: 'hello' } } };
    expect(composed({ user: { ...summary, language: 'fr' }, message: own }).notification.body).toBe('hello');
  });
});

describe('conformance cases of the Agora contract, section 8', () => {
  it('81: custom keys ride along in the data', () => {
    const { notification } = composed({ message: { ext: { em_apns_ext: { test1: 'test 01' } } } });
    expect(notification.data).toEqual({ test1: 'test 01', alert: 'Click to check', f: 'S', m: 'm1' });
    expect(notification.receiverKey).toBe('t');
  });

  it('82: own title and content are shown and stand in the data, beside the alert of the style', () => {
    const { notification } = composed({ message: { ext: customTexts } });
    expect(notification).toMatchObject({ title: 'custom push title', body: 'custom push content' });
    expect(notification.data).toEqual({
      alert: 'Click to check',
      push_title: 'custom push title',
      push_content: 'custom push content',
      f: 'S',
      m: 'm1',
    });
  });

  it('83: a named template with its values', () => {
    expect(texts({ templates: [test7], message: { ext: named } })).toBe('Hello,value1 | Test,value1');
  });

  it('84: it wins over an own title', () => {
    expect(texts({ templates: [test7], message: { ext: { ...named, ...customTexts } } })).toBe(
      'Hello,value1 | Test,value1',
    );
  });

  it('85: one that does not exist leaves the style', () => {
    expect(texts({ message: { ext: named } })).toBe('You have a new message | Click to check');
  });

  it('86: the style decides whether the text is anywhere in the notification', () => {
    expect(texts({ user: summary, message: { text: 'hi' } })).toBe('You have a new message | Bo: hi');
    expect(texts({ user: summary, message: { text: 'hi' }, nickname: null })).toBe('You have a new message | S: hi');
    expect(JSON.stringify(composed({ message: { text: 'my secret' } }).notification)).not.toContain('secret');
    expect(composed({ user: summary, message: { text: 'hi' } }).notification.data['alert']).toBe('Bo: hi');
  });

  it('87: a translation where there is one', () => {
    const message = { translations: { fr: 'salut' } };
    expect(texts({ user: { ...summary, language: 'fr' }, message })).toBe('You have a new message | Bo: salut');
    expect(texts({ user: { ...summary, language: 'de' }, message })).toBe('You have a new message | Bo: hi');
  });

  it.each(['{$fromNickname} {0} {$msg}', '$& $1 $$'])('88: message text "%s" stays as written', (text) => {
    const viaVariable = { templates: [aTemplate('default', 't', 'x {$msg}')], message: { text } };
    expect(composed(viaVariable).notification.body).toBe(`x ${text}`);
    const viaArgument = {
      templates: [aTemplate('t', 't', 'x {0}')],
      message: { text, ext: { em_push_template: { name: 't', content_args: [text] } } },
    };
    expect(composed(viaArgument).notification.body).toBe(`x ${text}`);
  });
});

describe('data for the client (Agora contract section 4.4)', () => {
  it('names the group and carries the custom object as text', () => {
    const message = { ...TO_GROUP, ext: { em_push_ext: { custom: { a: [1, 'x'] } } } };
    expect(composed({ message }).notification.data).toMatchObject({ g: 'G', e: '{"a":[1,"x"]}' });
  });

  it('takes the older spelling of the custom object', () => {
    const { data } = composed({ message: { ext: { em_apns_ext: { extern: { a: 1 } } } } }).notification;
    expect(data).toEqual({ alert: 'Click to check', f: 'S', m: 'm1', e: '{"a":1}' });
  });

  it('lets no custom key overwrite a built-in one, and keeps built-in keys out', () => {
    const apns = { alert: 'x', f: 'x', t: 'x', m: 'x', g: 'x', e: 'x', push_title: 'x', em_push_sound: 'x.caf', n: 1 };
    const { data } = composed({ message: { ext: { em_apns_ext: apns } } }).notification;
    expect(data).toEqual({ n: '1', alert: 'Click to check', f: 'S', m: 'm1' });
  });
});

describe('everything else', () => {
  it('groups by conversation: the peer, or the group', () => {
    expect(composed({}).notification.threadId).toBe('S');
    expect(composed({ message: TO_GROUP }).notification.threadId).toBe('G');
  });

  it('expires a day after sending, or at the end of the lifetime', () => {
    expect(composed({}).notification.expiresAt).toBe(NOW + DAY);
    expect(composed({ message: { lifetimeMs: 5_000 } }).notification.expiresAt).toBe(NOW + 5_000);
  });

  it.each<[string, unknown, object]>([
    ['a category', { em_push_category: 'reply' }, { category: 'reply' }],
    ['mutable content', { em_push_mutable_content: true }, { mutableContent: true }],
    ['content available', { em_push_content_available: 1 }, { contentAvailable: true }],
    ['a sound', { em_push_sound: 'ping.caf' }, { sound: 'ping.caf' }],
    ['silence', { em_push_sound: 'push.no_sound' }, { sound: null }],
  ])('tells APNs %s', (_what, apns, options) => {
    const message = { ext: { em_apns_ext: apns } } as Partial<MessageEvent>;
    expect(composed({ message }).notification.vendor).toEqual({ apns: options });
  });

  it('tells FCM its channel and options', () => {
    const message = { ext: { em_android_push_ext: { fcm_channel_id: 'im', fcm_options: { analytics_label: 'a' } } } };
    expect(composed({ message }).notification.vendor).toEqual({
      fcm: { channelId: 'im', options: { analytics_label: 'a' } },
    });
  });

  it('tells vendors nothing when the message says nothing', () => {
    expect(composed({}).notification.vendor).toEqual({});
  });

  it.each<[string, Composition, object]>([
    ['the count goes up by one', {}, { kind: 'add', value: 1 }],
    ['always one, by policy', { policy: { badge: 'one' } }, { kind: 'set', value: 1 }],
    ['none, by policy', { policy: { badge: 'none' } }, { kind: 'none' }],
    [
      'what the message says',
      { policy: { badge: 'none' }, message: { ext: { em_apns_ext: { em_push_badge: 7 } } } },
      { kind: 'set', value: 7 },
    ],
    [
      'nothing of a wrong type',
      { message: { ext: { em_apns_ext: { em_push_badge: -1 } } } },
      { kind: 'add', value: 1 },
    ],
  ])('badge: %s', (_what, composition, badge) => {
    expect(composed(composition).notification.badge).toEqual(badge);
  });
});

import { isObject, parseObject } from '../core/jwt.ts';
import type { AcceptedPush } from '../core/records.ts';
import type { Presentation } from '../core/vendor.ts';
import type { MessageReader } from './message.ts';

/** What a device shows of an accepted push, which is kept as its `messageJson` (meizu section 3.1). */
export function presentPush({ raw }: AcceptedPush, reader: MessageReader): Presentation {
  const json = parseObject(raw) ?? {};
  const bar = objectOf(json['noticeBarInfo']);
  const click = objectOf(json['clickTypeInfo']);
  const expansion = objectOf(json['noticeExpandInfo']);
  const { customAttribute } = click;
  return {
    title: textOf(bar['title']),
    subtitle: textOf(objectOf(json['vipInfo'])['subtitle']),
    body: textOf(bar['content']),
    image: expansion['noticeExpandType'] === 2 ? textOf(expansion['noticeExpandImgUrl']) : undefined,
    data: {
      ...objectOf(click['parameters']),
      ...(click['clickType'] === 3 ? { customAttribute } : {}),
    },
    warnings: [
      ...reader.unknownFields(json).map((path) => `${path} is unknown and ignored`),
      ...(click['clickType'] === 3 ? ['clickType 3 does not work on Android 12 and later'] : []),
    ],
  };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

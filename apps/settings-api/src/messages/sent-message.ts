import { ApiError, type MessageEvent } from '#libs/contracts';
import { newMessageId } from './new-message-id.ts';
import { MESSAGE_TYPE_OF, type GroupMessage, type UserMessage } from './sent-message.schemas.ts';

/** Body and extension together, bytes (Agora contract section 3.16). */
const MAX_CONTENT_BYTES = 5 * 1_024;

/** What a message says, whomever it goes to. */
type Content = Omit<UserMessage | GroupMessage, 'to'>;

/** Where a message goes: a user, or a group with its members. */
type Destination = Pick<MessageEvent, 'chatType' | 'receivers'> & { conversation?: string };

/** @throws ApiError message_too_large */
export function checkSize({ body, ext }: Content): void {
  const bytes = [body, ext].reduce<number>(
    (sum, part) => sum + (part === undefined ? 0 : Buffer.byteLength(JSON.stringify(part))),
    0,
  );
  if (bytes > MAX_CONTENT_BYTES) throw new ApiError('message_too_large');
}

/** The event of a message sent at `now` (Unix ms): every destination has a message of its own. */
export function eventOf(content: Content, destination: Destination, now: number): MessageEvent {
  const { from, type, body, ext, routetype, meta } = content;
  const text = type === 'txt' ? body['msg'] : undefined;
  const translations = meta?.translations ?? [];
  return {
    id: newMessageId(now),
    dialect: 'agora',
    sender: { username: from },
    ...destination,
    messageType: MESSAGE_TYPE_OF[type],
    ...(typeof text === 'string' && { text }),
    ...(translations.length > 0 && {
      translations: Object.fromEntries(translations.map((translation) => [translation.code, translation.text])),
    }),
    ...(ext !== undefined && { ext }),
    ...(routetype === 'ROUTE_ONLINE' && { onlineOnly: true }),
    sentAt: now,
  };
}

import { readText } from '../ext/read.ts';
import { styleText, type SourceInput } from './sources.ts';

/**
 * Data for the client of Agora's dialect: what the Flutter push guide shows (`alert`, `push_title`, `push_content` and
 * the custom keys) and what newer clients read (`f`, `m`, `g`, `e`; Agora contract section 4.4). `alert` follows the
 * display style whatever the title and body are. The receiver's id, `t`, is added per target.
 */
function agoraData(input: SourceInput): Record<string, string> {
  const { event, ext, conversation } = input.event;
  return {
    ...ext.custom,
    alert: styleText(input).body ?? '',
    ...(ext.title !== undefined && { push_title: ext.title }),
    ...(ext.content !== undefined && { push_content: ext.content }),
    f: event.sender.username,
    m: event.id,
    ...(event.chatType === 'chatgroup' && { g: conversation }),
    ...(ext.extra !== undefined && { e: ext.extra }),
  };
}

/** Data for the client, and the key of it under which the receiver's id goes. */
export function clientData(input: SourceInput): { data: Record<string, string>; receiverKey?: string } {
  if (input.event.dialect === 'agora') {
    return { data: agoraData(input), receiverKey: 't' };
  }
  const ext = readText(input.event.info.Ext);
  return { data: ext === undefined ? {} : { ext } };
}

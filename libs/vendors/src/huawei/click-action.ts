/** What a tap does on Huawei's phones, which both body files need: an intent may have to carry the data. */
import type { Notification } from '#libs/contracts';
import { text } from '../option-readers.ts';
import type { HuaweiCredential } from './credentials.ts';
import type { HuaweiOptions } from './options.ts';

export type ClickAction = HuaweiCredential['clickAction'];

/** What a tap does: what the message says for Huawei, then what it says, then the credential. */
export function clickActionOf(
  notification: Notification,
  credential: HuaweiCredential,
  options: HuaweiOptions,
): ClickAction {
  const action = text(options['clickAction']) ?? text(notification.clickAction);
  return action === undefined ? credential.clickAction : { kind: 'action', action };
}

/**
 * The intent URI that hands the data to the page as extras; undefined when the tap has no intent to put them in. Agora's
 * clients read them there (Agora contract section 4.4). `asExtras` is what the message says about it: without a word the
 * data goes into an intent of the credential's and nowhere else.
 */
export function intentWithData(
  click: ClickAction,
  data: Readonly<Record<string, string>>,
  { asExtras, packageName }: { asExtras: unknown; packageName: string | undefined },
): string | undefined {
  const frame = intentFrame(click, asExtras, packageName);
  if (frame === undefined) return undefined;
  const extras = Object.entries(data).map(([key, value]) => `S.${encoded(key)}=${encoded(value)};`);
  return `${frame}${extras.join('')}end`;
}

/** An intent URI up to its `end`. */
function intentFrame(click: ClickAction, asExtras: unknown, packageName: string | undefined): string | undefined {
  if (asExtras === false) return undefined;
  if (click.kind === 'intent' && /^intent:.*;end$/s.test(click.uri)) return click.uri.slice(0, -'end'.length);
  if (click.kind !== 'action' || asExtras !== true) return undefined;
  const ofPackage = packageName === undefined ? '' : `package=${packageName};`;
  return `intent:#Intent;action=${encoded(click.action)};${ofPackage}`;
}

function encoded(part: string): string {
  // A lone surrogate cannot be encoded and would throw.
  return encodeURIComponent(part.toWellFormed());
}

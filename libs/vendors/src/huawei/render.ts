import type { Notification, Target } from '#libs/contracts';
import { callId } from '../call-id.ts';
import { dataTexts, fitPayload } from '../fit-payload.ts';
import { text } from '../option-readers.ts';
import { shownTexts } from '../shown-texts.ts';
import { cutToJsonBytes, fitTexts } from '../truncate.ts';
import type { Unsendable } from '../unsendable.ts';
import { buildV1 } from './body-v1.ts';
import { buildV3 } from './body-v3.ts';
import type { HuaweiCredential } from './credentials.ts';
import * as limits from './limits.ts';
import { isTest } from './message-class.ts';
import { removableOf, type Body, type Removable, type RenderContext, type Source } from './message.ts';
import { optionsFor } from './options.ts';

/** A message without its tokens. */
export interface HuaweiPayload extends Body {
  kind: 'payload';
  /** Those parts that it has. */
  removable: ReadonlySet<Removable>;
  /** Most tokens of one call. */
  targetsPerCall: number;
}

/** Room kept for the id of a message: `callId` makes 33 characters. */
const ID_BYTES = 33;

/** Renders a message, its texts cut to what fits. Everything in it is shared by all targets of the job. */
export function render(
  notification: Notification,
  credential: HuaweiCredential,
  context: RenderContext,
): HuaweiPayload | Unsendable {
  const options = optionsFor(credential.api, notification);
  const source: Source = { notification, credential, options, context };
  const title = text(options['title']) ?? notification.title;
  const shown = notification.background ? { title: '', body: '' } : shownTexts({ title, body: notification.body });
  // Huawei takes no notification without texts (huawei section 3.1).
  if (shown === null) return { kind: 'empty_text' };
  const build = credential.api === 'v3' ? buildV3(source) : buildV1(source);
  const texts = [shown.title, shown.body, ...dataTexts(notification.data)];
  const fit = { required: 2, cut: withShortTitle };
  const body = fitPayload(texts, limits.MAX_BODY_BYTES, build, largestBytes, fit);
  if ('kind' in body) return body;
  const targetsPerCall = isTest(source) ? limits.TEST_TARGETS_PER_CALL : limits.TARGETS_PER_CALL;
  return { kind: 'payload', ...body, removable: removableOf(source), targetsPerCall };
}

/** Cuts the last text first, and the title to half of the room: Huawei refuses a notification whose body is empty. */
function withShortTitle([title = '', ...others]: readonly string[], budget: number): string[] {
  return fitTexts([cutToJsonBytes(title, Math.floor(budget / 2)), ...others], budget);
}

/** Bytes of the body without a token in it. */
function largestBytes({ head, tail, afterId }: Body): number {
  return Buffer.byteLength(`${head}[]${tail}${afterId ?? ''}`) + (afterId === null ? 0 : ID_BYTES);
}

/** The body of a call to these targets. A token that is there twice would be pushed to twice (huawei section 3.1). */
export function bodyFor(
  { head, tail, afterId }: HuaweiPayload,
  targets: readonly Target[],
  notification: Notification,
): string {
  const tokens = JSON.stringify([...new Set(targets.map(({ token }) => token))]);
  const id = afterId === null ? '' : `${callId(notification, targets)}${afterId}`;
  return `${head}${tokens}${tail}${id}`;
}

/** The body of a call to v3, in a file of its own because that of v1 and v2 has nothing in common with it. */
import { withDataTexts } from '../fit-payload.ts';
import { notifyId } from '../notify-id.ts';
import { defined, soundOf } from '../option-readers.ts';
import { secondsLeft } from '../seconds-left.ts';
import { clickActionOf, type ClickAction } from './click-action.ts';
import * as limits from './limits.ts';
import { categoryOf, isTest, isVoip } from './message-class.ts';
import { badgeFigures, imageOf, receiptIdOf, tagOf, type BuildBody, type Source } from './message.ts';
import { numberWithin } from './options.ts';

/** Push types (huawei section 3.2). */
const ALERT = 0;
const BACKGROUND = 6;
const VOIP = 10;

/** Builds it (huawei section 3.2). */
export function buildV3(source: Source): BuildBody {
  if (source.notification.background) return extraDataV3(source, BACKGROUND);
  if (isVoip(source)) return extraDataV3(source, VOIP);
  const pushOptions = pushOptionsV3(source, limits.TTL_SECONDS);
  return ([title = '', body = '', ...further]) => {
    const shown = JSON.stringify(shownV3(source, title, body, withDataTexts(source.notification.data, further)));
    return {
      pushType: ALERT,
      head: `{"pushOptions":${JSON.stringify(pushOptions)},"target":{"token":`,
      tail: `},"payload":{"notification":${shown.slice(0, -1)},"appMessageId":"`,
      afterId: '"}}}',
    };
  };
}

/**
 * A body that shows nothing by itself: the app gets the data as text. A VoIP push has title and body in it too, or the
 * app would have nothing to show (our choice).
 */
function extraDataV3(source: Source, pushType: number): BuildBody {
  const { notification } = source;
  const life = pushType === VOIP ? limits.VOIP_TTL_SECONDS : limits.TTL_SECONDS;
  const pushOptions = JSON.stringify(pushOptionsV3(source, life));
  return ([title = '', body = '', ...further]) => {
    const data = withDataTexts(notification.data, further);
    const extraData = JSON.stringify(pushType === VOIP ? { title, body, ...data } : data);
    return {
      pushType,
      head: `{"payload":${JSON.stringify({ extraData })},"pushOptions":${pushOptions},"target":{"token":`,
      tail: '}}',
      afterId: null,
    };
  };
}

function pushOptionsV3(
  source: Source,
  life: { readonly shortest: number; readonly longest: number },
): Record<string, unknown> {
  return defined({
    testMessage: isTest(source) ? true : undefined,
    ttl: secondsLeft(source.notification, source.context.now, life),
    biTag: tagOf(source),
    receiptId: receiptIdOf(source),
  });
}

function shownV3(
  source: Source,
  title: string,
  body: string,
  data: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const { notification, credential, options } = source;
  const asked = soundOf(notification, options) ?? 'default';
  const sound = asked === 'default' ? undefined : asked;
  const figures = badgeFigures(notification);
  return defined({
    category: categoryOf(source),
    title,
    body,
    clickAction: { ...clickV3(clickActionOf(notification, credential, options)), data },
    image: imageOf(source),
    notifyId: numberWithin(options['notifyId'], limits.NOTIFY_ID) ?? notifyId(notification.collapseId),
    badge: figures === null ? undefined : defined({ addNum: figures.add, setNum: figures.set }),
    sound: sound?.replace(/^.*\//s, ''),
    soundDuration: sound === undefined ? undefined : numberWithin(options['soundDuration'], { from: 1, to: 60 }),
  });
}

function clickV3(click: ClickAction): Record<string, unknown> {
  switch (click.kind) {
    case 'app':
      return { actionType: 0 };
    case 'url':
      // There is no such action, and the schema refuses it.
      return { actionType: 0 };
    case 'action':
      return { actionType: 1, action: click.action };
    case 'intent':
      return { actionType: 1, uri: click.uri };
  }
}

/** The body of a call to v1 and v2, in a file of its own because that of v3 has nothing in common with it. */
import { classNameSchema } from '../credential-fields.ts';
import { withDataTexts } from '../fit-payload.ts';
import { notifyId } from '../notify-id.ts';
import { defined, soundOf, text } from '../option-readers.ts';
import { secondsLeft } from '../seconds-left.ts';
import { clickActionOf, intentWithData, type ClickAction } from './click-action.ts';
import * as limits from './limits.ts';
import { categoryOf, classOf, isTest } from './message-class.ts';
import { badgeFigures, imageOf, isUrgent, receiptIdOf, tagOf, type BuildBody, type Source } from './message.ts';
import { choice } from './options.ts';

/** Builds it (huawei section 3.1). */
export function buildV1(source: Source): BuildBody {
  const { notification } = source;
  const android = defined({
    category: categoryOf(source),
    urgency: isUrgent(source) ? 'HIGH' : 'NORMAL',
    ttl: `${secondsLeft(notification, source.context.now, limits.TTL_SECONDS)}s`,
    // Its hundred groups are too few: two collapse keys that share one would lose messages (our choice).
    collapse_key: -1,
    bi_tag: tagOf(source),
    receipt_id: receiptIdOf(source),
    target_user_type: isTest(source) ? 1 : 0,
  });
  return ([title = '', body = '', ...further]) => {
    const data = withDataTexts(notification.data, further);
    const shown = notification.background ? null : shownV1(source, title, body, data);
    // Where the tap's intent hands the data over, it need not go out twice.
    const message = defined({
      data: shown?.carriesData === true ? undefined : JSON.stringify(data),
      android: { ...android, ...(shown === null ? {} : { notification: shown.notification }) },
    });
    return {
      pushType: null,
      head: `{"validate_only":false,"message":${JSON.stringify(message).slice(0, -1)},"token":`,
      tail: '}}',
      afterId: null,
    };
  };
}

/** `android.notification` of v1 and v2, and whether it hands the data to the app. */
function shownV1(
  source: Source,
  title: string,
  body: string,
  data: Readonly<Record<string, string>>,
): { notification: Record<string, unknown>; carriesData: boolean } {
  const { notification, credential, options } = source;
  const { channelId, importance } = classOf(notification, credential);
  const sound = soundOf(notification, options);
  const click = clickActionOf(notification, credential, options);
  const { packageName } = credential;
  const intent = intentWithData(click, data, { asExtras: options['dataAsExtras'], packageName });
  const shown = defined({
    title,
    body,
    ...(options['bigText'] === true ? { style: 1, big_title: title, big_body: body } : {}),
    click_action: intent === undefined ? clickV1(click) : { type: 1, intent },
    image: imageOf(source),
    channel_id: text(options['channelId']) ?? channelId,
    importance: choice(limits.IMPORTANCES, options['importance']) ?? importance,
    sound: typeof sound === 'string' && sound !== 'default' ? `/raw/${resourceName(sound)}` : undefined,
    default_sound: sound === null ? false : undefined,
    // Replaces what a repeated call has already shown.
    notify_id: notifyId(notification.collapseId),
    group: text(notification.threadId),
    badge: badgeV1(source),
  });
  return { notification: shown, carriesData: intent !== undefined };
}

function clickV1(click: ClickAction): Record<string, unknown> {
  switch (click.kind) {
    case 'app':
      return { type: 3 };
    case 'action':
      return { type: 1, action: click.action };
    case 'intent':
      return { type: 1, intent: click.uri };
    case 'url':
      return { type: 2, url: click.url };
  }
}

/** A raw resource's name: without folders and suffix (Tencent contract section 2.2). */
function resourceName(sound: string): string {
  return sound.replace(/^.*\//s, '').replace(/\.[^.]*$/s, '');
}

/** None without the launcher's class, which Huawei requires (huawei section 3.1). */
function badgeV1({ notification, credential, options }: Source): Record<string, unknown> | undefined {
  const figures = badgeFigures(notification);
  const own = classNameSchema.safeParse(options['badgeClass']);
  const badgeClass = own.success ? own.data : credential.badgeClass;
  if (figures === null || badgeClass === undefined) return undefined;
  return defined({ add_num: figures.add, set_num: figures.set, class: badgeClass });
}

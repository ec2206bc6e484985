import type { Notification, Target } from '#libs/contracts';
import { dataTexts, fitPayload, withDataTexts } from '../fit-payload.ts';
import { notifyId } from '../notify-id.ts';
import { oneOf, text } from '../option-readers.ts';
import { secondsLeft } from '../seconds-left.ts';
import { shownTexts } from '../shown-texts.ts';
import { cutToCharacters } from '../truncate.ts';
import type { Unsendable } from '../unsendable.ts';
import type { OppoCredential } from './credentials.ts';
import * as limits from './limits.ts';
import { categoryOf, chosenClassOf, quotaClassOf } from './message-class.ts';

/**
 * What `notification.vendor.oppo` may say. Anything else, and any value of another type, is ignored.
 * - `channelId`, `category`, `notifyLevel` (1, 2 or 16): in place of the credential's;
 * - `privateTemplateId`, `privateTitleParameters`, `privateContentParameters` (objects): the template to show;
 * - `style`: 1 standard, 2 long text;
 * - `clickActivity`: class of the activity to open.
 */
type OppoOptions = Readonly<Record<string, unknown>>;

export interface RenderContext {
  now: number;
  jobId: string;
  /** Where OPPO shall post receipts; absent: nowhere. */
  receiptUrl?: string | undefined;
}

/** What all targets of a send job share; {@link messageFor} adds what belongs to one. */
export interface OppoPayload {
  kind: 'payload';
  /** The `notification` object in JSON, without `action_parameters` and its closing brace. */
  head: string;
  data: Readonly<Record<string, string>>;
  /** Key of the data under which the receiver's id goes; null for none. */
  receiverKey: string | null;
}

/** Room kept for a receiver's id: 128 UTF-16 units, each of which JSON may escape with one more. */
const RECEIVER_CHARACTERS = 256;

/** An object of template parameters as JSON text. */
function parameters(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const json = JSON.stringify(value);
  return json.length <= limits.TEMPLATE_PARAMETERS_CHARACTERS ? json : undefined;
}

function parameter(name: string | undefined, value: string): string | undefined {
  return name === undefined ? undefined : parameters({ [name]: value });
}

/** Title and content, of which OPPO requires both (oppo section 3.1). Null when there is no text at all. */
function textFields(
  notification: Notification,
  isLong: boolean,
  { contentCharacters }: OppoCredential,
): { title: string; content: string; sub_title?: string } | null {
  const shown = shownTexts(notification);
  const subtitle = text(notification.subtitle);
  return (
    shown && {
      title: cutToCharacters(shown.title, limits.TITLE_CHARACTERS),
      content: cutToCharacters(shown.body, isLong ? limits.LONG_TEXT_CHARACTERS : contentCharacters),
      ...(subtitle !== undefined && { sub_title: cutToCharacters(subtitle, limits.SUBTITLE_CHARACTERS) }),
    }
  );
}

/** What a tap does (oppo section 3.1). */
function click({ clickAction }: Notification, credential: OppoCredential, options: OppoOptions) {
  const activity = text(options['clickActivity']);
  if (activity !== undefined && activity.length <= limits.LONGEST_ACTIVITY) {
    return { click_action_type: 4, click_action_activity: activity };
  }
  const ownAction = text(clickAction);
  if (ownAction !== undefined && ownAction.length <= limits.LONGEST_ACTIVITY) {
    return { click_action_type: 1, click_action_activity: ownAction };
  }
  const chosen = credential.clickAction;
  switch (chosen.kind) {
    case 'app':
      return { click_action_type: 0 };
    case 'action':
      return { click_action_type: 1, click_action_activity: chosen.action };
    case 'url':
      return { click_action_type: 2, click_action_url: chosen.url };
    case 'activity':
      return { click_action_type: 4, click_action_activity: chosen.activity };
    case 'intent':
      return { click_action_type: 5, click_action_url: chosen.uri };
  }
}

/** Channel, category, level and template (oppo section 3.1). */
function classOf(notification: Notification, credential: OppoCredential, options: OppoOptions) {
  const { title, body } = notification;
  const chosen = chosenClassOf(notification, credential);
  const category = categoryOf(notification, credential);
  // A level that fits the credential's category need not fit another: OPPO refuses the pair with code 67.
  const inherited = category === (chosen.category ?? undefined) ? chosen.notifyLevel : undefined;
  const shared = {
    channel_id: text(options['channelId']) ?? chosen.channelId ?? credential.channelId,
    category,
  };
  // Levels and templates are for the service class alone (oppo section 3.1).
  if (quotaClassOf(notification, credential) === 'public') return shared;
  const ownTemplate = text(options['privateTemplateId']);
  const template = ownTemplate ?? chosen.privateTemplateId;
  const own = ownTemplate !== undefined;
  return {
    ...shared,
    notify_level:
      category === undefined ? undefined : (oneOf(limits.NOTIFY_LEVELS, options['notifyLevel']) ?? inherited),
    private_msg_template_id: template,
    ...(template !== undefined && {
      private_title_parameters: own
        ? parameters(options['privateTitleParameters'])
        : parameter(chosen.privateTitleParameter, title),
      private_content_parameters: own
        ? parameters(options['privateContentParameters'])
        : parameter(chosen.privateContentParameter, body),
    }),
  };
}

function badgeOf({ badge }: Notification, isAllowed: boolean) {
  if (!isAllowed || badge.kind === 'none') return {};
  // OPPO adds one, whatever the figure (oppo section 3.1).
  if (badge.kind === 'add') return { badge_operation_type: 1 };
  return { badge_operation_type: 0, badge_message_count: Math.min(Math.max(0, badge.value), limits.MAX_BADGE) };
}

function receiptOf({ callbackUrl }: OppoCredential, { jobId, receiptUrl }: RenderContext) {
  const url = callbackUrl ?? receiptUrl;
  if (url === undefined || url.length > limits.LONGEST_CALLBACK_URL) return {};
  return {
    call_back_url: url,
    call_back_parameter: jobId.length <= limits.LONGEST_CALLBACK_PARAMETER ? jobId : undefined,
  };
}

/** Characters that the receiver's id may take in `action_parameters`. */
function receiverCharacters(receiverKey: string | null): number {
  return receiverKey === null ? 0 : JSON.stringify(receiverKey).length + RECEIVER_CHARACTERS + ':"",'.length;
}

/** Renders what all targets of a send job share, its texts cut to OPPO's limits. */
export function render(
  notification: Notification,
  credential: OppoCredential,
  context: RenderContext,
): OppoPayload | Unsendable {
  // This API has no message that shows nothing (oppo section 3.1).
  if (notification.background) return { kind: 'background_unsupported' };
  const options = notification.vendor.oppo ?? {};
  const isLong = options['style'] === 2;
  const texts = textFields(notification, isLong, credential);
  if (texts === null) return { kind: 'empty_text' };

  const { receiverKey = null } = notification;
  const given = Object.fromEntries(Object.entries(notification.data).filter(([key]) => key !== receiverKey));
  const shared = {
    // The same id reaches a target once, however often a call is repeated.
    app_message_id: notification.dedupeId,
    style: isLong ? 2 : 1,
    ...texts,
    ...click(notification, credential, options),
    off_line: true,
    off_line_ttl: secondsLeft(notification, context.now, { shortest: 1, longest: limits.MAX_TTL_SECONDS }),
    notify_id: notifyId(notification.collapseId),
    ...classOf(notification, credential, options),
    ...badgeOf(notification, credential.badge),
    ...receiptOf(credential, context),
  };
  const head = JSON.stringify(shared).slice(0, -1);
  const build = (further: readonly string[]): OppoPayload => ({
    kind: 'payload',
    head,
    data: withDataTexts(given, further),
    receiverKey,
  });
  const characters = ({ data }: OppoPayload): number => JSON.stringify(data).length + receiverCharacters(receiverKey);
  const unit = 'characters';
  return fitPayload(dataTexts(given), limits.ACTION_PARAMETERS_CHARACTERS, build, characters, { unit });
}

/** The message object of one target, in JSON (oppo section 3). */
export function messageFor(
  { head, data, receiverKey }: OppoPayload,
  target: Pick<Target, 'token' | 'receiver'>,
): string {
  const own = receiverKey === null ? data : { ...data, [receiverKey]: target.receiver };
  const actionParameters = JSON.stringify(JSON.stringify(own));
  return (
    `{"target_type":2,"target_value":${JSON.stringify(target.token)},"verify_registration_id":true,` +
    `"notification":${head},"action_parameters":${actionParameters}}}`
  );
}

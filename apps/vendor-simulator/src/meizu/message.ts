import { z } from 'zod';
import { extraFields } from '../core/extra-fields.ts';
import { parseObject } from '../core/jwt.ts';
import { CODES, type Refusal } from './answers.ts';
import type { MeizuApp } from './apps.ts';
import type { MeizuLimits } from './limits.ts';

const flag = z.literal([0, 1]);
const dateTime = z.string().regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/);

/** `messageJson` with the types and ranges of section 3.1; UTF-16 units are counted, the stricter reading of "characters". */
function schemaOf(limits: MeizuLimits) {
  return z.object({
    noticeBarInfo: z.object({
      noticeMsgType: flag.default(0),
      noticeBarType: z.literal([0, 2]).default(0),
      title: z.string().min(1).max(limits.maxTitleChars),
      content: z.string().min(1).max(limits.maxContentChars),
    }),
    noticeExpandInfo: z
      .object({
        noticeExpandType: z.literal([0, 1, 2]).default(0),
        noticeExpandContent: z.string().optional(),
        noticeExpandImgUrl: z.string().optional(),
      })
      .optional(),
    clickTypeInfo: z
      .object({
        clickType: z.literal([0, 1, 2, 3]).default(0),
        url: z.string().optional(),
        activity: z.string().optional(),
        parameters: z.record(z.string(), z.unknown()).optional(),
        customAttribute: bytes(limits.maxCustomAttributeBytes).optional(),
      })
      .optional(),
    pushTimeInfo: z
      .object({
        offLine: flag.optional(),
        validTime: z.int().min(1).max(limits.maxValidHours).optional(),
      })
      .optional(),
    advanceInfo: z
      .object({
        suspend: flag.optional(),
        clearNoticeBar: flag.optional(),
        fixDisplay: flag.optional(),
        fixStartDisplayTime: dateTime.optional(),
        fixEndDisplayTime: dateTime.optional(),
        notificationType: z
          .object({ vibrate: flag.optional(), lights: flag.optional(), sound: flag.optional() })
          .optional(),
        notifyKey: z
          .string()
          .regex(/^[\w-]{0,8}$/)
          .optional(),
      })
      .optional(),
    vipInfo: z
      .object({
        subtitle: z.string().max(limits.maxSubtitleChars).optional(),
        pullDownTop: flag.optional(),
        timeTop: z.int().min(1800).max(7200).optional(),
        notGroup: flag.optional(),
        titleColor: z.enum(['#206CFF', '#E42D22']).optional(),
        backgroundImgUrl: z.string().optional(),
        smallIconUrl: z.string().optional(),
        bigIconUrl: z.string().optional(),
      })
      .optional(),
    extra: z
      .object({
        callback: bytes(limits.maxCallbackBytes).optional(),
        'callback.param': bytes(limits.maxCallbackParamBytes).optional(),
        'callback.type': z.literal([1, 2, 3]).default(3),
      })
      .optional(),
  });
}

function bytes(most: number) {
  return z.string().refine((text) => Buffer.byteLength(text) <= most, { message: `At most ${most} bytes` });
}

/** A message that keeps every rule. */
export type MeizuMessage = z.output<ReturnType<typeof schemaOf>>;

/**
 * Reads `messageJson`. Any broken rule is a parameter error, code 1005 (meizu section 5.1; that it is this code for every
 * rule is our choice).
 */
export class MessageReader {
  readonly #schema: ReturnType<typeof schemaOf>;

  constructor(limits: MeizuLimits) {
    this.#schema = schemaOf(limits);
  }

  read(text: string, app: MeizuApp): MeizuMessage | Refusal {
    const json = parseObject(text);
    if (json === undefined) return parameterError('messageJson is not a JSON object.');
    const { success, data, error } = this.#schema.safeParse(json);
    if (!success) return parameterError(z.prettifyError(error));
    const broken = brokenRule(data, app);
    return broken === undefined ? data : parameterError(broken);
  }

  /** Paths of fields that section 3.1 does not have, of a message that keeps the rules. */
  unknownFields(json: Readonly<Record<string, unknown>>): string[] {
    const { success, data } = this.#schema.safeParse(json);
    return success ? extraFields(json, data) : [];
  }
}

/** The first rule between fields that the message breaks (meizu section 3.1). */
function brokenRule(message: MeizuMessage, app: MeizuApp): string | undefined {
  const { pushTimeInfo, extra } = message;
  // Section 3.1 both requires validTime with offLine 1 and gives it a default; required is the stricter reading.
  if (pushTimeInfo?.offLine === 1 && pushTimeInfo.validTime === undefined) return 'offLine 1 needs validTime.';
  if (extra?.callback !== undefined && !app.receiptUrls.includes(extra.callback)) {
    // Whether and with which code Meizu refuses an unregistered URL is unknown (meizu section 7).
    return 'extra.callback is not a registered receipt URL.';
  }
  return brokenExpansion(message, app) ?? brokenClick(message) ?? brokenDisplay(message) ?? brokenVipInfo(message);
}

function brokenExpansion({ noticeExpandInfo }: MeizuMessage, app: MeizuApp): string | undefined {
  const { noticeExpandType, noticeExpandContent, noticeExpandImgUrl } = noticeExpandInfo ?? {};
  if (noticeExpandType === 1 && isEmpty(noticeExpandContent)) return 'noticeExpandType 1 needs noticeExpandContent.';
  if (noticeExpandType !== 2) return undefined;
  if (isEmpty(noticeExpandImgUrl)) return 'noticeExpandType 2 needs noticeExpandImgUrl.';
  return app.vip ? undefined : 'Big pictures are for VIP apps.';
}

function brokenClick({ clickTypeInfo }: MeizuMessage): string | undefined {
  const { clickType, activity, url, customAttribute } = clickTypeInfo ?? {};
  if (clickType === 1 && isEmpty(activity)) return 'clickType 1 needs activity.';
  if (clickType === 2 && isEmpty(url)) return 'clickType 2 needs url.';
  return clickType === 3 && isEmpty(customAttribute) ? 'clickType 3 needs customAttribute.' : undefined;
}

function brokenDisplay({ advanceInfo }: MeizuMessage): string | undefined {
  const { fixDisplay, fixStartDisplayTime, fixEndDisplayTime } = advanceInfo ?? {};
  const incomplete = fixStartDisplayTime === undefined || fixEndDisplayTime === undefined;
  return fixDisplay === 1 && incomplete ? 'fixDisplay 1 needs both times.' : undefined;
}

function brokenVipInfo({ vipInfo, noticeExpandInfo }: MeizuMessage): string | undefined {
  const { pullDownTop, timeTop, titleColor, backgroundImgUrl, bigIconUrl } = vipInfo ?? {};
  if (pullDownTop === 1 && timeTop !== undefined) return 'pullDownTop excludes timeTop.';
  if (backgroundImgUrl === undefined) return undefined;
  const excluded = titleColor !== undefined || bigIconUrl !== undefined || noticeExpandInfo?.noticeExpandType === 2;
  return excluded ? 'backgroundImgUrl excludes titleColor, bigIconUrl and the expanded picture.' : undefined;
}

function isEmpty(text: string | undefined): boolean {
  return text === undefined || text === '';
}

function parameterError(message: string): Refusal {
  return { code: CODES.parameter, message };
}

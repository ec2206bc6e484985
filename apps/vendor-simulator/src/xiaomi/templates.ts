import { parseObject } from '../core/jwt.ts';
import { CODES, type Refusal } from './answers.ts';
import type { XiaomiApp, XiaomiChannel } from './apps.ts';
import type { Fields } from './fields.ts';
import type { XiaomiLimits } from './limits.ts';

/** Symbols such as emoji, and code points that mean nothing (xiaomi section 3.4). */
const FORBIDDEN = /[\p{So}\p{Cn}]/u;

/**
 * What is wrong with the template of a message, if anything (xiaomi section 3.4). That text documents no codes: a template
 * that the app does not have counts as wrong channel information, wrong parameters as illegal values (our choice).
 */
export function refuseTemplate(
  app: XiaomiApp,
  channel: XiaomiChannel | undefined,
  extras: Fields,
  limits: XiaomiLimits,
): Refusal | undefined {
  const { template_id: id, template_param: parameters } = extras;
  if (id === undefined) {
    const required = channel?.class === 'private' && (app.templatesRequired ?? app.templates.length > 0);
    if (required) return { code: CODES.channel, reason: 'A private message needs extra.template_id.' };
    return parameters === undefined ? undefined : { code: CODES.missing, reason: 'extra.template_id is missing.' };
  }
  if (channel?.class !== 'private') return { code: CODES.channel, reason: 'Templates belong to the private class.' };
  const template = app.templates.find((known) => known.id === id);
  if (template === undefined) return { code: CODES.channel, reason: 'The app has no such template.' };
  return refuseParameters(template.parameters, parameters, limits);
}

function refuseParameters(
  names: readonly string[],
  text: string | undefined,
  limits: XiaomiLimits,
): Refusal | undefined {
  if (text === undefined) return { code: CODES.missing, reason: 'extra.template_param is missing.' };
  const values = parseObject(text);
  if (values === undefined) return { code: CODES.badJson, reason: 'extra.template_param is not a JSON object.' };
  const given = Object.keys(values);
  if (given.length !== names.length || names.some((name) => !Object.hasOwn(values, name))) {
    return { code: CODES.illegalValue, reason: 'The names of template_param are not those of the template.' };
  }
  const wrong = given.find((name) => !isGoodValue(values[name], limits));
  return wrong === undefined ? undefined : { code: CODES.illegalValue, reason: `template_param ${wrong} is illegal.` };
}

function isGoodValue(value: unknown, limits: XiaomiLimits): boolean {
  return (
    typeof value === 'string' &&
    value.trim() !== '' &&
    value.length <= limits.maxTemplateValueChars &&
    !FORBIDDEN.test(value)
  );
}

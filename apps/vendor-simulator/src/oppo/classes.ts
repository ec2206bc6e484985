import { parseObject } from '../core/jwt.ts';
import type { MessageClass, OppoApp } from './apps.ts';
import { type Refusal, refusal } from './codes.ts';
import type { OppoLimits } from './limits.ts';
import type { OppoNotification } from './notification.ts';

const PLACEHOLDER = /\$\{([^}]*)\}\$/g;

/** The class by category, else by channel, else public; that an unregistered channel is public is ours. */
export function classOf(app: OppoApp, { category, channel_id: channel }: OppoNotification): MessageClass {
  if (category !== undefined) return app.categories[category] ?? 'public';
  return (channel === undefined ? undefined : app.channels[channel]) ?? 'public';
}

/** What the app's console does not allow: a category, a level, a template, a tray life (oppo sections 3.1 and 5). */
export function refuseByConsole(app: OppoApp, notification: OppoNotification, limits: OppoLimits): Refusal | undefined {
  const { category } = notification;
  if (category !== undefined && !Object.hasOwn(app.categories, category)) return refusal(67, 'category');
  const messageClass = classOf(app, notification);
  return (
    refuseLevel(app, notification, messageClass) ??
    refuseTemplate(app, notification, messageClass) ??
    ((notification.show_ttl ?? 0) > limits.showTtlSeconds[messageClass] ? refusal(41, 'show_ttl') : undefined)
  );
}

/** `notify_level` goes with a category of the private class; 16 needs a right of its own (oppo section 3.1). */
function refuseLevel(
  app: OppoApp,
  { category, notify_level: level }: OppoNotification,
  messageClass: MessageClass,
): Refusal | undefined {
  if (level === undefined) return undefined;
  const allowed = level === 1 || level === 2 || (level === 16 && app.notifyLevel16);
  return allowed && category !== undefined && messageClass === 'private' ? undefined : refusal(67, 'notify_level');
}

/** That an unknown template, or one that lacks a parameter, is answered with 41 is ours. */
function refuseTemplate(app: OppoApp, notification: OppoNotification, messageClass: MessageClass): Refusal | undefined {
  const { private_msg_template_id: id } = notification;
  if (id === undefined || id === '') {
    return messageClass === 'private' && app.templateRequired ? refusal(54) : undefined;
  }
  return templateTexts(app, notification) === undefined ? refusal(41, 'private_msg_template_id') : undefined;
}

/** Title and content of the named template with its parameters filled in; undefined where one is not there. */
export function templateTexts(
  app: OppoApp,
  notification: OppoNotification,
): { title: string; content: string } | undefined {
  const { private_msg_template_id: id = '' } = notification;
  const template = Object.hasOwn(app.templates, id) ? app.templates[id] : undefined;
  if (template === undefined) return undefined;
  const title = filled(template.title, notification.private_title_parameters);
  const content = filled(template.content, notification.private_content_parameters);
  return title === undefined || content === undefined ? undefined : { title, content };
}

/** `${name}$` gives way to the parameter's value (oppo section 3.1). Undefined where one has none. */
function filled(text: string, parameters: string | undefined): string | undefined {
  const values = parseObject(parameters ?? '{}') ?? {};
  const names = [...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
  if (!names.every((name) => typeof values[name] === 'string' || typeof values[name] === 'number')) return undefined;
  return text.replace(PLACEHOLDER, (_, name: string) => String(values[name]));
}

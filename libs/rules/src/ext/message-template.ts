import { isObject, readArguments, readObject, readText, readTexts, type JsonObject } from './read.ts';

/** Values for the places `{0}`, `{1}`... of a template; title and content are counted apart. */
export interface TemplateArguments {
  title: readonly string[];
  content: readonly string[];
}

/** A template that the message names, with its values. */
interface NamedTemplate {
  name: string;
  values: TemplateArguments;
}

/** Another template for some receivers of a group message. */
interface DirectedTemplate extends NamedTemplate {
  targets: ReadonlySet<string>;
}

/** What `em_push_template` says (Agora Flutter push guide; Agora contract section 4.2). */
export interface MessageTemplate {
  named: NamedTemplate | null;
  /** Values for the app's default template: those given without a name. */
  defaults: TemplateArguments;
  directed: readonly DirectedTemplate[];
}

const NO_VALUES: TemplateArguments = { title: [], content: [] };
const NO_TEMPLATE: MessageTemplate = { named: null, defaults: NO_VALUES, directed: [] };

function readValues(source: JsonObject): TemplateArguments {
  return { title: readArguments(source['title_args']), content: readArguments(source['content_args']) };
}

function readDirected(value: unknown): readonly DirectedTemplate[] {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
  return entries.filter(isObject).flatMap((entry) => {
    const name = readText(entry['name']);
    const targets = readTexts(entry['target']);
    return name === undefined || targets.length === 0
      ? []
      : [{ name, values: readValues(entry), targets: new Set(targets) }];
  });
}

export function readMessageTemplate(value: unknown): MessageTemplate {
  if (!isObject(value)) {
    return NO_TEMPLATE;
  }
  const template = readObject(value);
  const name = readText(template['name']);
  const values = readValues(template);
  return {
    named: name === undefined ? null : { name, values },
    defaults: name === undefined ? values : NO_VALUES,
    directed: readDirected(template['directed_template']),
  };
}

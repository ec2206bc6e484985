import type { PreparedEvent } from '../prepare-event.ts';
import {
  defaultTemplate,
  namedTemplate,
  ownTemplate,
  ownText,
  plainText,
  styleText,
  type Source,
  type SourceInput,
} from './sources.ts';

/** Highest first, for title and body each. Agora contract section 6.1; the second order is the app's choice. */
const AGORA: Readonly<Record<'documented' | 'messageFirst', readonly Source[]>> = {
  documented: [namedTemplate, ownTemplate, ownText, defaultTemplate, styleText],
  messageFirst: [ownText, namedTemplate, ownTemplate, defaultTemplate, styleText],
};

/** Tencent contract section 4.2. It has neither templates nor display styles. */
const TENCENT: readonly Source[] = [ownText, plainText];

function sourcesOf({ dialect, policy }: PreparedEvent): readonly Source[] {
  return dialect === 'tencent' ? TENCENT : AGORA[policy.titleOrder];
}

/** Title and body, each from the highest source that has one. */
export function pickTexts(input: SourceInput): { title: string; body: string } {
  let title: string | undefined;
  let body: string | undefined;
  for (const source of sourcesOf(input.event)) {
    const texts = source(input);
    title ??= texts.title;
    body ??= texts.body;
    if (title !== undefined && body !== undefined) {
      break;
    }
  }
  return { title: title ?? input.event.policy.simpleTitle, body: body ?? input.event.policy.simpleBody };
}

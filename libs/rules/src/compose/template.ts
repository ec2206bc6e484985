/** What the built-in variables of templates stand for (Agora contract section 6.3). */
export interface Variables {
  /** `{$fromNickname}`: the sender's push nickname, else the sender's id (our choice). */
  fromNickname: string;
  /** `{$dynamicFrom}`: the sender's nickname in the group, else as above. Remarks for friends are not known here. */
  dynamicFrom: string;
  /** `{$msg}`: the message's text in the receiver's language. */
  msg: string;
}

const PLACES = /\{(?:(\d+)|\$(fromNickname|dynamicFrom|msg))\}/g;
const VARIABLES = /\{\$(fromNickname|dynamicFrom|msg)\}/g;

/**
 * Most characters that values may add to a text; no vendor takes a payload above 4 KB. Without it a sender could write a
 * few kilobytes of `{$msg}` and have them grow into megabytes.
 */
const MAX_FILLED = 4_096;

/** Lets texts through until they have used up {@link MAX_FILLED}; never half of a surrogate pair. */
function metered(): (text: string) => string {
  let left = MAX_FILLED;
  return (text) => {
    const part = text.slice(0, left).replace(/[\ud800-\udbff]$/, '');
    left -= part.length;
    return part;
  };
}

function valueOf(name: string, variables: Variables): string {
  switch (name) {
    case 'msg':
      return variables.msg;
    case 'dynamicFrom':
      return variables.dynamicFrom;
    default:
      return variables.fromNickname;
  }
}

/**
 * An argument with its variables filled in. Where a sender passes on message text that itself looks like a variable,
 * that text is left as it was written (Agora contract case 88).
 */
function fillArgument(argument: string, variables: Variables): string {
  if (!argument.includes('{$')) {
    return argument;
  }
  if (variables.msg.includes('{$') && argument.includes(variables.msg)) {
    return argument;
  }
  const meter = metered();
  return argument.replace(VARIABLES, (_place, name: string) => meter(valueOf(name, variables)));
}

/**
 * Fills a template's pattern in one pass, so that nothing that came out of a message is expanded again. A missing
 * argument is empty text, a surplus one is ignored, any other brace stays as it is.
 */
export function fillTemplate(pattern: string, values: readonly string[], variables: Variables): string {
  const meter = metered();
  return pattern.replace(PLACES, (_place, index: string | undefined, name: string | undefined) =>
    meter(index === undefined ? valueOf(name ?? '', variables) : fillArgument(values[Number(index)] ?? '', variables)),
  );
}

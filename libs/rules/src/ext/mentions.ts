import { readTexts } from './read.ts';

/** Whom a message mentions. */
export interface Mentions {
  all: boolean;
  users: ReadonlySet<string>;
}

const NOBODY: Mentions = { all: false, users: new Set() };

/** Reads a list of user ids, or the text "all" in any case (Agora contract section 4.1). Ids are compared exactly. */
export function readMentions(value: unknown): Mentions {
  if (typeof value === 'string') {
    return value.toLowerCase() === 'all' ? { all: true, users: NOBODY.users } : NOBODY;
  }
  const users = readTexts(value);
  return users.length === 0 ? NOBODY : { all: false, users: new Set(users) };
}

/** Whom any of the given lists mentions. */
export function mergeMentions(lists: readonly Mentions[]): Mentions {
  const telling = lists.filter((list) => list.all || list.users.size > 0);
  const [only] = telling;
  if (only === undefined || telling.length === 1) {
    return only ?? NOBODY;
  }
  return {
    all: telling.some((list) => list.all),
    users: new Set(telling.flatMap((list) => [...list.users])),
  };
}

export function isMentioned(mentions: Mentions, username: string): boolean {
  return mentions.all || mentions.users.has(username);
}

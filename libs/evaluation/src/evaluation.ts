import type { FactsStore, PageDecision, StoredMessage } from '#libs/database';
import { conversationKey, DEFAULT_TEMPLATE, prepareEvent } from '#libs/rules';
import { planPage, type PreparedPage } from './plan-page.ts';

/** Gathers the facts of a batch of messages and decides it. */
export class Evaluation {
  constructor(private readonly facts: FactsStore) {}

  /**
   * Decides pages of one app's messages at `now` (Unix ms) and plans the send jobs that follow. The facts of all their
   * receivers are read with one statement. Null when the app is gone.
   */
  async evaluate(appId: number, messages: readonly StoredMessage[], now: number): Promise<PageDecision[] | null> {
    const requests = messages.flatMap(({ event, receivers }) => {
      const conversation = conversationKey(event);
      return receivers.map((receiver) => ({ receiver, chatType: event.chatType, conversation }));
    });
    const unnamed = messages.flatMap(({ event }) =>
      event.sender.nickname === undefined ? [event.sender.username] : [],
    );
    const [policy, receiverFacts, nicknames] = await Promise.all([
      this.facts.policy(appId),
      this.facts.ofReceivers(appId, requests),
      unnamed.length === 0 ? new Map<string, string>() : this.facts.nicknames(appId, unnamed),
    ]);
    if (policy === null) return null;

    let taken = 0;
    const pages = messages.map((message): PreparedPage => {
      const { username, nickname } = message.event.sender;
      const facts = receiverFacts.slice(taken, (taken += message.receivers.length));
      return {
        message,
        prepared: prepareEvent(message.event, policy),
        sender: { nickname: nickname ?? nicknames.get(username) ?? null },
        facts,
      };
    });
    const templates = await this.facts.templates(appId, templateNames(pages));
    return pages.map((page) => planPage(page, templates, now));
  }
}

function templateNames(pages: readonly PreparedPage[]): string[] {
  const names = new Set([DEFAULT_TEMPLATE]);
  for (const { prepared, facts } of pages) {
    const { named, directed } = prepared.ext.template;
    if (named !== null) names.add(named.name);
    for (const { name } of directed) names.add(name);
    for (const { user } of facts) if (user?.templateName) names.add(user.templateName);
  }
  return [...names];
}

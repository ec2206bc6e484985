import { suppress, type Rule } from './rule.ts';

/** Nobody is pushed what they wrote themselves (Agora contract D67, our choice). */
export const ownMessage: Rule = ({ event: { event }, facts }) =>
  facts.username === event.sender.username ? suppress('self') : null;

/** The app has no such user (Tencent contract R9; Agora callback "no user exist"). */
export const unknownUser: Rule = ({ facts }) => (facts.user === null ? suppress('unknown_user') : null);

/** The account is deactivated (Agora contract section 5.1 step 5, our choice). */
export const deactivatedUser: Rule = ({ facts }) =>
  facts.user?.activated === false ? suppress('deactivated_user') : null;

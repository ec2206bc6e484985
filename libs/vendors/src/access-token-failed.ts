import type { Outcome } from '#libs/contracts';

/** A vendor's token endpoint gave no token. Carries what that means for every push that needed one. */
export class AccessTokenFailed extends Error {
  readonly outcome: Outcome;

  constructor(outcome: Outcome, options?: ErrorOptions) {
    super(`no access token: ${outcome.kind}`, options);
    this.name = 'AccessTokenFailed';
    this.outcome = outcome;
  }
}

/** An OAuth token or JWT with which calls of one credential are signed. Times are Unix ms. */
export interface AccessToken {
  value: string;
  issuedAt: number;
  expiresAt: number;
}

/** When a vendor's access token is made anew. */
export interface AccessTokenRules {
  /** True while a token of that age may be used without asking for a new one. */
  fresh(token: AccessToken, now: number): boolean;
  /** True when a token may be replaced although it is fresh, because the vendor refused it. */
  replaceable(token: AccessToken, now: number): boolean;
  /** Makes a new one: a signature, or a call to the vendor's token endpoint. */
  mint(now: number): Promise<AccessToken>;
}

/**
 * The cluster's one copy of each access token. `key` names the credential's account; `refused` is a token value that the
 * vendor has just refused. Concurrent callers, also in other processes, share one mint. What `mint` throws is passed on.
 */
export interface AccessTokenStore {
  get(key: string, rules: AccessTokenRules, refused?: string): Promise<AccessToken>;
}

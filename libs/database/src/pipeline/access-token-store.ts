import type { AccessToken, AccessTokenRules, AccessTokenStore } from '#libs/contracts';
import { accessTokenContext } from '../repositories/credential.repository.ts';
import type { SecretBox } from '../secret-box.ts';
import type { Sql, SqlRunner } from '../sql.ts';

const READ = {
  name: 'read-access-token',
  text: `SELECT value, value_key AS "valueKey", issued_at AS "issuedAt", expires_at AS "expiresAt"
         FROM access_tokens WHERE key = $1`,
};

/** One mint at a time per key in the whole cluster; released with the transaction, also when the process dies. */
const LOCK = {
  name: 'lock-access-token',
  text: "SELECT pg_advisory_xact_lock(hashtextextended('access-token:' || $1, 0))",
};

const WRITE = {
  name: 'write-access-token',
  text: `
    INSERT INTO access_tokens (key, value, value_key, issued_at, expires_at)
    VALUES ($1, $2, $3, to_timestamp($4::float8 / 1000), to_timestamp($5::float8 / 1000))
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, value_key = excluded.value_key,
                                    issued_at = excluded.issued_at, expires_at = excluded.expires_at`,
};

/**
 * The cluster's one copy of each vendor access token: minted once, shared encrypted. A process keeps what it has read
 * while it is fresh, and asks again when the vendor refuses it.
 */
export class SharedAccessTokens implements AccessTokenStore {
  private readonly held = new Map<string, AccessToken>();
  private readonly asking = new Map<string, Promise<AccessToken>>();

  constructor(
    private readonly sql: Sql,
    private readonly secretBox: SecretBox,
    private readonly now: () => number,
  ) {}

  /** A token that may be used now. `refused` is a value that the vendor has just refused. Throws what `mint` throws. */
  async get(key: string, rules: AccessTokenRules, refused?: string): Promise<AccessToken> {
    const held = this.held.get(key);
    if (held !== undefined && held.value !== refused && rules.fresh(held, this.now())) return held;
    let asking = this.asking.get(key);
    if (asking === undefined) {
      asking = this.ask(key, rules, refused).finally(() => this.asking.delete(key));
      this.asking.set(key, asking);
    }
    return await asking;
  }

  private async ask(key: string, rules: AccessTokenRules, refused?: string): Promise<AccessToken> {
    const usable = (token: AccessToken | null): token is AccessToken => {
      if (token === null) return false;
      const now = this.now();
      return token.value === refused ? !rules.replaceable(token, now) : rules.fresh(token, now);
    };
    let token = await this.read(this.sql, key);
    if (!usable(token)) {
      token = await this.sql.transaction(async (runner) => {
        await runner.run(LOCK, [key]);
        const current = await this.read(runner, key);
        if (usable(current)) return current;
        const minted = await rules.mint(this.now());
        const sealed = this.secretBox.seal(minted.value, accessTokenContext(key));
        await runner.run(WRITE, [key, sealed.data, sealed.keyId, minted.issuedAt, minted.expiresAt]);
        return minted;
      });
    }
    this.held.set(key, token);
    return token;
  }

  private async read(runner: SqlRunner, key: string): Promise<AccessToken | null> {
    const [row] = await runner.run<{ value: Buffer; valueKey: string; issuedAt: number; expiresAt: number }>(READ, [
      key,
    ]);
    if (row === undefined) return null;
    const value = this.secretBox.open({ keyId: row.valueKey, data: row.value }, accessTokenContext(key));
    return { value, issuedAt: row.issuedAt, expiresAt: row.expiresAt };
  }
}

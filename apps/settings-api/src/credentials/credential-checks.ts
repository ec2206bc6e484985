import type { Environment } from '#libs/config';
import { ApiError, type Finding } from '#libs/contracts';
import { SecretBox, SharedAccessTokens, type OpenedCredential, type Sql } from '#libs/database';
import { checkCredential, vendorPorts, type SenderPorts } from '#libs/vendors';

/** Checks under way at once in this process, of all apps together; others wait. Ours. */
const CHECKS_AT_ONCE = 4;

/** How long a check waits for others to end, in timeouts of a vendor: about as long as one may take. Ours. */
const WAIT_IN_TIMEOUTS = 4;

/** What a check gets: where senders call too, and the cluster's own access tokens, through connections that may wait. */
export function checkPorts(
  environment: Environment,
  { sql, now, warn }: { sql: Sql } & Pick<SenderPorts, 'now' | 'warn'>,
): SenderPorts {
  const accessTokens = new SharedAccessTokens(sql, new SecretBox(environment.SECRET_KEYS), now);
  return { ...vendorPorts(environment), accessTokens, now, warn };
}

/** Checks credentials with their vendors. Whoever asks for a check that is under way gets its result. */
export class CredentialChecks {
  private readonly ports: SenderPorts;
  private readonly running = new Map<string, Promise<readonly Finding[]>>();
  private readonly waiting: (() => void)[] = [];
  private free = CHECKS_AT_ONCE;

  constructor(ports: SenderPorts) {
    this.ports = ports;
  }

  /** Checks the credential, switched off or not. @throws ApiError unavailable when too many others are being checked */
  async check(credential: OpenedCredential): Promise<readonly Finding[]> {
    const key = `${credential.id}:${credential.version}`;
    let check = this.running.get(key);
    if (check === undefined) {
      check = this.inTurn(async () => await checkCredential(credential, this.ports)).finally(() =>
        this.running.delete(key),
      );
      this.running.set(key, check);
    }
    return await check;
  }

  private async inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.free > 0) this.free--;
    else await this.turn();
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free++;
      else next();
    }
  }

  private async turn(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const begin = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(begin), 1);
        reject(new ApiError('unavailable'));
      }, WAIT_IN_TIMEOUTS * this.ports.requestTimeoutMs).unref();
      this.waiting.push(begin);
    });
  }
}

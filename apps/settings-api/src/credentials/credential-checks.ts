import type { Environment } from '#libs/config';
import { ApiError, type Finding } from '#libs/contracts';
import { SecretBox, SharedAccessTokens, type OpenedCredential, type Sql } from '#libs/database';
import { checkCredential, vendorPorts, type SenderPorts } from '#libs/vendors';

/** Checks under way at once in this process, each of another app; others wait. Ours. */
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

/** A check that waits for others to end. */
interface Turn {
  appId: number;
  begin: () => void;
}

/**
 * Checks credentials with their vendors, one of an app at a time, so that no app keeps others from it. Whoever asks for a
 * check that is under way gets its result.
 */
export class CredentialChecks {
  private readonly ports: SenderPorts;
  private readonly running = new Map<string, Promise<readonly Finding[]>>();
  /** Ids of the apps of which a check is under way. */
  private readonly busy = new Set<number>();
  private readonly waiting: Turn[] = [];

  constructor(ports: SenderPorts) {
    this.ports = ports;
  }

  /**
   * Checks a credential of the app, switched off or not.
   * @throws ApiError unavailable when too many others are being checked
   */
  async check(appId: number, credential: OpenedCredential): Promise<readonly Finding[]> {
    const key = `${credential.id}:${credential.version}`;
    let check = this.running.get(key);
    if (check === undefined) {
      check = this.inTurn(appId, async () => await checkCredential(credential, this.ports)).finally(() =>
        this.running.delete(key),
      );
      this.running.set(key, check);
    }
    return await check;
  }

  private async inTurn<Result>(appId: number, work: () => Promise<Result>): Promise<Result> {
    if (this.mayBegin(appId)) this.busy.add(appId);
    else await this.turn(appId);
    try {
      return await work();
    } finally {
      this.busy.delete(appId);
      this.beginNext();
    }
  }

  private mayBegin(appId: number): boolean {
    return this.busy.size < CHECKS_AT_ONCE && !this.busy.has(appId);
  }

  /** Begins the check that has waited longest of those that may: one at most, as one has ended. */
  private beginNext(): void {
    const next = this.waiting.find(({ appId }) => this.mayBegin(appId));
    if (next === undefined) return;
    this.forget(next);
    this.busy.add(next.appId);
    next.begin();
  }

  private async turn(appId: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const turn: Turn = {
        appId,
        begin: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        this.forget(turn);
        reject(new ApiError('unavailable'));
      }, WAIT_IN_TIMEOUTS * this.ports.requestTimeoutMs).unref();
      this.waiting.push(turn);
    });
  }

  private forget(turn: Turn): void {
    this.waiting.splice(this.waiting.indexOf(turn), 1);
  }
}

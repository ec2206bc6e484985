import { createHmac } from 'node:crypto';
import type { DueAlert } from '#libs/database';

/** How long the operator's server may take to answer. */
const TIMEOUT_MS = 10_000;

export interface QuotaWebhookOptions {
  url: string;
  /** Key of the signature; undefined: posts are not signed. */
  secret: string | undefined;
}

/** Tells the operator's server of alerts. */
export class QuotaWebhook {
  private readonly closing = new AbortController();

  constructor(private readonly options: QuotaWebhookOptions) {}

  /** Posts an alert. @throws Error, without the URL, when the answer is no success, or does not come in time */
  async post(alert: DueAlert): Promise<void> {
    const { url, secret } = this.options;
    const body = JSON.stringify(bodyOf(alert));
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(secret !== undefined && { 'x-offpush-signature': signature(body, secret) }),
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([this.closing.signal, AbortSignal.timeout(TIMEOUT_MS)]),
    }).catch((error: unknown) => {
      // Not the error itself: it may quote the URL, which may hold a secret.
      throw new Error(`The webhook did not answer: ${reasonOf(error)}`);
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`The webhook answered ${response.status}`);
  }

  /** Cuts posts that are under way short; they are tried again by another evaluator, or later. */
  close(): void {
    this.closing.abort();
  }
}

/** The code of what went wrong below, or the name of the error. */
function reasonOf(error: unknown): string {
  const { name, cause } = error as { name?: unknown; cause?: { code?: unknown } };
  return String(cause?.code ?? name);
}

function signature(body: string, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** The same with every attempt. Times are Unix ms. */
function bodyOf(alert: DueAlert): object {
  const { organization, app, credential, vendor, class: name, day, threshold, used, limit } = alert;
  return {
    type: 'quota.threshold',
    org: organization,
    ...{ app, credential, vendor, class: name, day, threshold, used, limit },
    resetsAt: alert.resetsAt,
    exhaustsAt: alert.exhaustsAt,
    closedBy: alert.closedCode,
  };
}

import type { Finding, VendorName } from '#libs/contracts';
import { failed, warning } from './checkup.ts';
import { vendorOf } from './registry.ts';
import type { SenderPorts } from './vendor.ts';

/** A check makes three calls at most, and each may wait for a connection and for an answer. */
const PATIENCE_IN_CALLS = 4;

/** Checks under way at once in a round of many: a start must not be a burst. Ours. */
const CHECKS_AT_ONCE = 3;

const UNREADABLE = failed(
  'fields',
  'the stored secrets cannot be decrypted, as when their key is not in SECRET_KEYS',
  'Put the key back into SECRET_KEYS and restart, or put the credential again',
);

/** A stored credential, opened. */
export interface CredentialToCheck {
  id: number;
  version: string;
  vendor: VendorName;
  /** All fields, secret ones included; null: they cannot be decrypted. */
  fields: Readonly<Record<string, unknown>> | null;
}

/**
 * Checks a credential with its vendor, pushing nothing. Takes no longer than a few calls may, and never rejects: a defect of
 * ours is warned of, and the credential stays in doubt.
 */
export async function checkCredential(
  { id, version, vendor: name, fields }: CredentialToCheck,
  ports: SenderPorts,
): Promise<Finding[]> {
  if (fields === null) return [UNREADABLE];
  const vendor = vendorOf(name);
  const parsed = vendor.credentialSchema.safeParse(fields);
  if (!parsed.success) {
    const paths = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    return [failed('fields', `the stored fields are not usable: ${paths}`, 'Put the credential again')];
  }
  const credential = { cacheKey: `${id}:${version}`, value: parsed.data };
  const check = vendor.check(credential, ports).catch((error: unknown): Finding[] => {
    // The message is left out: it may quote the credential.
    ports.warn('The check of a credential broke off', { code: error instanceof Error ? error.name : typeof error });
    return [inDoubt('the check broke off')];
  });
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<Finding[]>((resolve) => {
    const late = [inDoubt('the check took too long')];
    timer = setTimeout(() => resolve(late), PATIENCE_IN_CALLS * ports.requestTimeoutMs).unref();
  });
  const findings = await Promise.race([check, patience]);
  clearTimeout(timer);
  return findings;
}

function inDoubt(detail: string): Finding {
  return warning('authenticated', detail, 'Check again in some minutes');
}

/** Checks many credentials, a few at a time, and tells of each as it is done. No more are begun once `signal` is aborted. */
export async function checkCredentials<Checked extends CredentialToCheck>(
  credentials: Iterable<Checked> | AsyncIterable<Checked>,
  portsOf: (vendor: VendorName) => SenderPorts,
  report: (credential: Checked, findings: readonly Finding[]) => void,
  signal?: AbortSignal,
): Promise<void> {
  const running = new Set<Promise<void>>();
  for await (const credential of credentials) {
    if (signal?.aborted === true) break;
    const check = checkCredential(credential, portsOf(credential.vendor)).then((findings) => {
      running.delete(check);
      if (signal?.aborted !== true) report(credential, findings);
    });
    running.add(check);
    if (running.size >= CHECKS_AT_ONCE) await Promise.race(running);
  }
  await Promise.all(running);
}

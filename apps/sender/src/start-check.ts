import type { VendorName } from '#libs/contracts';
import type { CredentialStore } from '#libs/database';
import type { Logger } from '#libs/observability';
import { checkCredentials, type SenderPorts } from '#libs/vendors';

/** Credentials opened at once. */
const PAGE = 50;

export interface StartCheckOptions {
  credentials: Pick<CredentialStore, 'openEnabled'>;
  /** Those that the sender serves. */
  vendors: ReadonlyMap<VendorName, SenderPorts>;
  logger: Logger;
}

/**
 * Checks every credential that the sender may have to push with, in the background, and warns of what will not work and of
 * rights without which vendors cap or mute pushes. Returns what ends it.
 */
export function checkAtStart({ credentials, vendors, logger }: StartCheckOptions): () => void {
  const stopped = new AbortController();
  const { signal } = stopped;
  const all = async (): Promise<void> => {
    await checkCredentials(
      inPages(credentials, [...vendors.keys()]),
      (vendor) => portsOf(vendors, vendor),
      ({ app: tenant, name: credential, vendor }, findings) => {
        for (const { check, verdict, detail, advice } of findings) {
          const fields = { tenant, credential, vendor, check, detail, advice };
          if (verdict === 'failed') logger.warn(fields, 'A credential will not work');
          else if (verdict === 'warning' && check === 'class_rights') logger.warn(fields, 'A credential lacks a right');
        }
      },
      signal,
    );
  };
  all().catch((error: unknown) => {
    if (!signal.aborted) logger.warn({ err: error }, 'Credentials could not be checked');
  });
  return () => stopped.abort();
}

function portsOf(vendors: StartCheckOptions['vendors'], name: VendorName): SenderPorts {
  const ports = vendors.get(name);
  if (ports === undefined) throw new Error(`This sender does not serve ${name}`);
  // What a check warns of is in its findings.
  return { ...ports, warn: () => undefined };
}

type EnabledCredential = Awaited<ReturnType<CredentialStore['openEnabled']>>[number];

async function* inPages(
  credentials: StartCheckOptions['credentials'],
  vendors: readonly VendorName[],
): AsyncGenerator<EnabledCredential> {
  let after = 0;
  for (;;) {
    const page = await credentials.openEnabled(vendors, { after, limit: PAGE });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.id;
  }
}

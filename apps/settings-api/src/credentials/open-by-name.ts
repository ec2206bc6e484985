import { ApiError } from '#libs/contracts';
import type { CredentialRepository, CredentialStore, OpenedCredential } from '#libs/database';

interface Ports {
  credentials: Pick<CredentialRepository, 'find'>;
  store: Pick<CredentialStore, 'open'>;
}

/** The app's credential of that name, with its secrets. @throws ApiError credential_not_found */
export async function openByName(
  { credentials, store }: Ports,
  appId: number,
  name: string,
): Promise<OpenedCredential> {
  const credential = await credentials.find(appId, name);
  const [opened] = credential === null ? [] : await store.open(appId, [credential.id]);
  if (opened === undefined) throw new ApiError('credential_not_found', { credential: name });
  return opened;
}

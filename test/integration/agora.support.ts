import { startFixture, type Fixture } from './settings-api.support.ts';

/** A started API as the conformance cases have it (Agora contract section 8). */
export interface AgoraFixture extends Fixture {
  /** The base of section 8, `/org1/app1`. */
  B: string;
}

/**
 * App org1/app1 with the users u1 and u2, no user ghost, unknown users refused, no settings; the clock stands at
 * 1700000000000. There are no rate limits.
 */
export async function startAgora(more: Record<string, string> = {}): Promise<AgoraFixture> {
  const fixture = await startFixture(more, { unknownUsers: 'refuse' });
  await fixture.createUser(fixture.app.id, 'u2');
  return { ...fixture, B: fixture.app.base };
}

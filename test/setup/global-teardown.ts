import { services } from './services.ts';

/** Ends what the global setup started. */
export default async function globalTeardown(): Promise<void> {
  await Promise.all([services.redis?.stop(), services.postgres?.stop()]);
}

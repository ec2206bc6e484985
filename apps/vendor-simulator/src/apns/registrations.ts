import type { ApnsEnvironment } from './keys.ts';

/** Where a device token is valid: one app, one environment. The topic is the whole one, suffix included. */
export interface ApnsRegistration {
  readonly topic: string;
  readonly environment: ApnsEnvironment;
}

/** One shared object per topic and environment. */
export class Registrations {
  readonly #byTopic: Record<ApnsEnvironment, Map<string, ApnsRegistration>> = {
    production: new Map(),
    sandbox: new Map(),
  };

  of(topic: string, environment: ApnsEnvironment): ApnsRegistration {
    const known = this.#byTopic[environment];
    let registration = known.get(topic);
    if (registration === undefined) {
      registration = { topic, environment };
      known.set(topic, registration);
    }
    return registration;
  }
}

/** The HTTP API, to be started in a process that runs other apps too. */
export { createSettingsApi } from './settings-api.ts';
export type { SettingsApi } from './settings-api.ts';

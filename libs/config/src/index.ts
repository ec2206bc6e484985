/** The environment, read and checked once per process. Imported by `main.ts` and module files only. */
export { EnvironmentError, environmentSchema, processVariables, readEnvironment } from './environment.ts';
export type { Environment } from './environment.ts';

/**
 * Accounts with the simulated vendors, for whatever pushes to them: the demo, tests, the benchmark. Knows the simulator's
 * control API, not its code.
 */
export { registerAccounts, simulatedAccounts } from './accounts.ts';
export type { SimulatedAccount } from './accounts.ts';
export { simulatedEnvironment } from './environment.ts';

import type { TokenRegistry } from '../core/tokens.ts';

/** Whom a registration id belongs to, and what its device is doing. */
export interface VivoRegistration {
  readonly appId: string;
  /** False: messages that ask for `sendOnline` are dropped. */
  readonly online: boolean;
  /** The app is open: messages with `foregroundShow` false are not shown. */
  readonly foreground: boolean;
}

/** The registration ids of vivo. */
export type VivoTokens = TokenRegistry<VivoRegistration>;

/**
 * The ways in which a registration id can be dead, the usual one first: a status of `invalidUser` (vivo section 4), or
 * accepted and reported by receipt (vivo section 7).
 */
export const VIVO_DEATHS = ['2', '1', '3', '102/20001', '104/2183'];

/** The status with which a dead registration id is refused; undefined where only a receipt tells. */
export function statusOf(reason: string): number | undefined {
  return reason.includes('/') ? undefined : Number(reason);
}

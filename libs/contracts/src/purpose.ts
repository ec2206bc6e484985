/**
 * What a message is for. Vendors count, time and show pushes by class; each credential says which class, channel and
 * category of its vendor a purpose goes out as.
 */
export const PURPOSES = ['chat', 'call', 'system', 'marketing'] as const;
export type Purpose = (typeof PURPOSES)[number];

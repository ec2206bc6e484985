/**
 * Agora's AccessToken2, the tokens that start with `007`: reads, checks and builds those of the Chat service. Knows no app
 * and no clock.
 */
export { buildChatToken, parseAccessToken, verifyAccessToken } from './access-token2.ts';

import type { Socket } from 'node:net';
import { ApiError, type ErrorCode } from '#libs/contracts';
import type { ConnectionError } from 'fastify';
import { errorBody } from './error-body.ts';

const CODES: Readonly<Record<string, ErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
};

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** Answers what never became a request: broken HTTP, headers too large, a client too slow. */
export function answerTransportError(error: ConnectionError, socket: Socket, now: number): void {
  // A client that reset the connection reads no answer.
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const known = new ApiError(CODES[error.code] ?? 'request_malformed');
  const body = JSON.stringify(errorBody(known, now));
  socket.end(
    `HTTP/1.1 ${known.status} ${REASONS[known.status] ?? 'Error'}\r\n` +
      'Content-Type: application/json; charset=utf-8\r\n' +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

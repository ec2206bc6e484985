import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Logger } from '#libs/observability';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorBody, toApiError } from './error-body.ts';

/** Answers everything that is thrown, by a handler or by any layer before it, in the one form that clients know. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  async catch(thrown: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    await this.answer(thrown, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  async answer(thrown: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const error = toApiError(thrown);
    if (error.status >= 500) {
      const route = request.routeOptions.url ?? 'unknown';
      this.logger.error({ err: thrown, method: request.method, route }, 'A request failed');
    }
    if (reply.sent) return;
    if (error.status === 401) reply.header('www-authenticate', 'Bearer');
    if (error.status === 429) reply.header('retry-after', '1');
    await reply
      .status(error.status)
      .header('content-type', 'application/json; charset=utf-8')
      .send(errorBody(error, request.startedAt, Math.round(reply.elapsedTime)));
  }
}

import { Controller, Get, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { failedChecks, Metrics } from '#libs/observability';
import type { FastifyReply } from 'fastify';
import { Resources } from '../resources.ts';

/** What an operator's tools ask; needs no token. */
@Controller()
@ApiExcludeController()
export class HealthController {
  constructor(
    private readonly resources: Resources,
    private readonly metrics: Metrics,
  ) {}

  /** The process runs. */
  @Get('healthz')
  alive(): { status: string } {
    return { status: 'ok' };
  }

  /** The process can do its work: Postgres and the queue answer. */
  @Get('readyz')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<{ status: string; failed: string[] }> {
    const failed = await failedChecks(this.resources.checks);
    reply.status(failed.length === 0 ? 200 : 503);
    return { status: failed.length === 0 ? 'ok' : 'not ready', failed };
  }

  @Get('metrics')
  async show(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    reply.header('content-type', this.metrics.registry.contentType);
    return await this.metrics.registry.metrics();
  }
}

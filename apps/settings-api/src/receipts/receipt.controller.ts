import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { ApiError } from '#libs/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ReceiptDesk } from './receipt-desk.ts';

/**
 * Where vendors post what became of accepted pushes. The last part of the path is a secret of the credential: some vendors
 * prove themselves by nothing else.
 */
@Controller('receipts')
@ApiExcludeController()
export class ReceiptController {
  constructor(private readonly desk: ReceiptDesk) {}

  @Post(':vendor/:key')
  @HttpCode(200)
  async receive(@Req() request: FastifyRequest, @Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    if (request.receiptAddress === null) throw new ApiError('path_unknown');
    const post = { headers: headersOf(request), body: typeof body === 'string' ? body : '' };
    const reading = await this.desk.take(request.receiptAddress, post, request.startedAt);
    if (reading.kind === 'refused') {
      throw new ApiError(reading.reason === 'unauthorized' ? 'token_unknown' : 'request_malformed');
    }
    await reply.type(reading.answer.contentType).send(reading.answer.body);
  }
}

/** As they came in: of repeated ones Node would make one text. */
function headersOf({ raw }: FastifyRequest): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(raw.headersDistinct).map(([name, values]) => [name, values?.[0]]));
}

import { Controller, Get } from '@nestjs/common';
import { CurrentCall, type Call } from '../http/call.ts';
import { envelope, type Envelope } from '../http/envelope.ts';
import { Answers } from '../openapi/answers.ts';
import { QuotaReport } from './quota-report.ts';
import { quotaViewSchema } from './quota.schemas.ts';

/** How the quotas of an app stand. */
@Controller(':org/:app/push/quotas')
export class QuotaController {
  constructor(private readonly report: QuotaReport) {}

  @Get()
  @Answers("Tell how the day's quotas stand, per credential and class", { dataList: quotaViewSchema })
  async list(@CurrentCall() call: Call): Promise<Envelope> {
    return envelope(call, { data: await this.report.of(call.app.id, call.startedAt) });
  }
}

import { pushJobSchema, pushQueue, VENDOR_NAMES, type PushJob } from '#libs/contracts';
import { JobHandler, JobPipe } from '#libs/queue/transport';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { BatchSender } from './batch-sender.ts';

/** Takes batches of send jobs from the vendors' queues. Which queues is the transport's to say: `SENDER_VENDORS`. */
@Controller()
export class PushController {
  constructor(@Inject(BatchSender) private readonly batches: BatchSender) {}

  @JobHandler(VENDOR_NAMES.map(pushQueue))
  async push(@Payload(new JobPipe(pushJobSchema)) job: PushJob): Promise<void> {
    await this.batches.run(job);
  }
}

import { MESSAGES_QUEUE, messagesJobSchema, type MessagesJob } from '#libs/contracts';
import { JobHandler, JobPipe } from '#libs/queue/transport';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Decider } from './decider.ts';

/** Takes accepted messages from the queue. */
@Controller()
export class MessagesController {
  constructor(@Inject(Decider) private readonly decider: Decider) {}

  @JobHandler(MESSAGES_QUEUE)
  async decide(@Payload(new JobPipe(messagesJobSchema)) job: MessagesJob): Promise<void> {
    await this.decider.run(job);
  }
}

import { type DynamicModule, Module } from '@nestjs/common';
import { BatchSender } from './batch-sender.ts';
import { PushController } from './push.controller.ts';

/** The sender: one controller on the vendors' queues. */
@Module({ controllers: [PushController] })
export class SenderModule {
  static with(batches: BatchSender): DynamicModule {
    return { module: SenderModule, providers: [{ provide: BatchSender, useValue: batches }] };
  }
}

import { type DynamicModule, Module } from '@nestjs/common';
import { Decider } from './decider.ts';
import { MessagesController } from './messages.controller.ts';

/** The rule evaluator: one controller on the messages queue. */
@Module({ controllers: [MessagesController] })
export class RuleEvaluatorModule {
  static with(decider: Decider): DynamicModule {
    return { module: RuleEvaluatorModule, providers: [{ provide: Decider, useValue: decider }] };
  }
}

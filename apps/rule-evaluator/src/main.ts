import 'reflect-metadata';
import { readEnvironment } from '#libs/config';
import { runWorker } from '#libs/observability';
import { startRuleEvaluator } from './rule-evaluator.ts';

await runWorker('rule-evaluator', readEnvironment, startRuleEvaluator);

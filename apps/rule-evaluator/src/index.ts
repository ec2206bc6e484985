/** The rule evaluator as a part of another process. */
export { startRuleEvaluator } from './rule-evaluator.ts';

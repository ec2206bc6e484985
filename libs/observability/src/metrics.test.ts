import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Metrics, METRICS } from './metrics.ts';

describe('metrics', () => {
  it('are those that docs/metrics.md lists', () => {
    const documented = [...readFileSync('docs/metrics.md', 'utf8').matchAll(/^\| `(offpush_[a-z_]+)`\s*\|/gm)];
    expect(documented.map(([, name]) => name).sort()).toEqual(
      Object.values(METRICS)
        .map(({ name }) => name)
        .sort(),
    );
  });

  it('are exposed with their labels', async () => {
    const metrics = new Metrics('test');
    metrics.outcomes.inc({ vendor: 'apns', outcome: 'accepted', code: '' });
    const text = await metrics.registry.metrics();
    expect(text).toContain('offpush_outcomes_total{vendor="apns",outcome="accepted",code="",app="test"} 1');
  });
});

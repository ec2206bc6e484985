import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Labels of what is counted per class of a credential. */
const OF_CLASS = ['tenant', 'credential', 'vendor', 'class'] as const;

/** Every metric of ours; docs/metrics.md lists the same. Names once used are never given another meaning. */
export const METRICS = {
  messagesAccepted: {
    name: 'offpush_messages_accepted_total',
    help: 'Message events stored, by whether the id was new',
    labels: ['result'],
  },
  verdicts: {
    name: 'offpush_verdicts_total',
    help: 'Verdicts on receivers, by decision and reason',
    labels: ['decision', 'reason'],
  },
  outcomes: {
    name: 'offpush_outcomes_total',
    help: 'Vendor answers per token, by vendor, kind of outcome and code',
    labels: ['vendor', 'outcome', 'code'],
  },
  quotaSteps: {
    name: 'offpush_quota_steps_total',
    help: 'Pushes that found no quota, by vendor, what was done, whether class, device or just this push had none left, and who said so',
    labels: ['vendor', 'step', 'scope', 'by'],
  },
  receipts: {
    name: 'offpush_receipts_total',
    help: 'What vendors reported of accepted pushes, by vendor and state',
    labels: ['vendor', 'state'],
  },
  receiptPosts: {
    name: 'offpush_receipt_posts_total',
    help: 'Posts to receipt URLs, by vendor and what was made of them',
    labels: ['vendor', 'result'],
  },
  sendSeconds: {
    name: 'offpush_send_batch_seconds',
    help: 'Time a sender took over one batch of send jobs',
    labels: ['vendor'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  evaluateSeconds: {
    name: 'offpush_evaluate_batch_seconds',
    help: 'Time an evaluator took over one batch of messages',
    labels: [],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  },
  reconciled: {
    name: 'offpush_reconciled_total',
    help: 'Messages and send batches put back on the queue by the reconciler',
    labels: ['kind'],
  },
  quotaLimit: {
    name: 'offpush_quota_limit',
    help: "The day's limit of a class, where one is known",
    labels: OF_CLASS,
  },
  quotaUsed: {
    name: 'offpush_quota_used',
    help: 'Pushes of a class that went out on the vendor day',
    labels: OF_CLASS,
  },
  quotaReserved: {
    name: 'offpush_quota_reserved',
    help: 'Pushes of a class that senders hold and have not used',
    labels: OF_CLASS,
  },
  quotaLeft: {
    name: 'offpush_quota_left',
    help: "Pushes that are left of the day's limit, where one is known",
    labels: OF_CLASS,
  },
  quotaExhaustsAt: {
    name: 'offpush_quota_exhausts_at_seconds',
    help: "Unix time at which the day's limit will be used up, if that is before the reset",
    labels: OF_CLASS,
  },
  quotaAlerts: {
    name: 'offpush_quota_alerts_total',
    help: "Alerts raised about shares of a day's limit, by threshold",
    labels: ['threshold'],
  },
  jobs: {
    name: 'offpush_jobs_total',
    help: 'Queue jobs by queue and end',
    labels: ['queue', 'end'],
  },
  httpSeconds: {
    name: 'offpush_http_seconds',
    help: 'Time to answer HTTP requests, by method, route and status',
    labels: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  },
} as const;

/** The metrics of one process. */
export class Metrics {
  readonly registry = new Registry();
  readonly messagesAccepted = this.counter(METRICS.messagesAccepted);
  readonly verdicts = this.counter(METRICS.verdicts);
  readonly outcomes = this.counter(METRICS.outcomes);
  readonly quotaSteps = this.counter(METRICS.quotaSteps);
  readonly receipts = this.counter(METRICS.receipts);
  readonly receiptPosts = this.counter(METRICS.receiptPosts);
  readonly sendSeconds = this.histogram(METRICS.sendSeconds);
  readonly evaluateSeconds = this.histogram(METRICS.evaluateSeconds);
  readonly reconciled = this.counter(METRICS.reconciled);
  readonly quotaLimit = this.gauge(METRICS.quotaLimit);
  readonly quotaUsed = this.gauge(METRICS.quotaUsed);
  readonly quotaReserved = this.gauge(METRICS.quotaReserved);
  readonly quotaLeft = this.gauge(METRICS.quotaLeft);
  readonly quotaExhaustsAt = this.gauge(METRICS.quotaExhaustsAt);
  readonly quotaAlerts = this.counter(METRICS.quotaAlerts);
  readonly jobs = this.counter(METRICS.jobs);
  readonly httpSeconds = this.histogram(METRICS.httpSeconds);

  constructor(app: string) {
    this.registry.setDefaultLabels({ app });
    collectDefaultMetrics({ register: this.registry });
  }

  private counter<Label extends string>(metric: {
    name: string;
    help: string;
    labels: readonly Label[];
  }): Counter<Label> {
    return new Counter({ name: metric.name, help: metric.help, labelNames: metric.labels, registers: [this.registry] });
  }

  private gauge<Label extends string>(metric: { name: string; help: string; labels: readonly Label[] }): Gauge<Label> {
    return new Gauge({ name: metric.name, help: metric.help, labelNames: metric.labels, registers: [this.registry] });
  }

  private histogram<Label extends string>(metric: {
    name: string;
    help: string;
    labels: readonly Label[];
    buckets: readonly number[];
  }): Histogram<Label> {
    const { name, help, labels, buckets } = metric;
    return new Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers: [this.registry] });
  }
}

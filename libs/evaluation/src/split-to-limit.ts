import { vendorOf } from '#libs/vendors';
import type { PlannedSendJob } from '#libs/database';

/** The same send job in parts of up to the vendor's limit. */
export function splitToLimit<Job extends PlannedSendJob>(job: Job): Job[] {
  const limit = vendorOf(job.vendor).limits.targetsPerJob;
  if (job.targets.length <= limit) return [job];
  const parts = Math.ceil(job.targets.length / limit);
  return Array.from({ length: parts }, (_, part) => ({
    ...job,
    targets: job.targets.slice(part * limit, (part + 1) * limit),
  }));
}

/** HONOR Push. Its code table is uncertain: see classify.ts. */
import { hash } from 'node:crypto';
import type { Vendor } from '../vendor.ts';
import { check } from './check.ts';
import { honorCredentialSchema, type HonorCredential } from './credentials.ts';
import { MAX_PAYLOAD_BYTES, MAX_TARGETS_PER_CALL, TARGETS_PER_JOB } from './limits.ts';
import { quota } from './quota.ts';
import { receipts } from './receipts.ts';
import { render } from './render.ts';
import { HonorSender } from './send.ts';

export const honor: Vendor<HonorCredential> = {
  name: 'honor',
  credentialSchema: honorCredentialSchema,
  secretFields: ['clientSecret'],
  limits: { targetsPerJob: TARGETS_PER_JOB, targetsPerCall: MAX_TARGETS_PER_CALL, payloadBytes: MAX_PAYLOAD_BYTES },
  // The phone adds `badge.addNum` by itself (honor section 3.3).
  badge: 'relative',
  payloadHash: (notification, credential, now) => {
    const payload = render(notification, credential, { now, jobId: '' });
    return hash('sha256', payload.kind === 'payload' ? payload.members : payload.kind, 'hex');
  },
  createSender: (ports) => new HonorSender(ports),
  quota,
  check,
  receipts,
};

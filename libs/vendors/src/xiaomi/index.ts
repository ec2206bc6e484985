/** Mi Push. */
import { hash } from 'node:crypto';
import type { Vendor } from '../vendor.ts';
import { check } from './check.ts';
import { xiaomiCredentialSchema, type XiaomiCredential } from './credentials.ts';
import { MAX_PAYLOAD_BYTES, TARGETS_PER_CALL } from './limits.ts';
import { quota } from './quota.ts';
import { receipts } from './receipts.ts';
import { render } from './render.ts';
import { XiaomiSender } from './send.ts';

export const xiaomi: Vendor<XiaomiCredential> = {
  name: 'xiaomi',
  credentialSchema: xiaomiCredentialSchema,
  secretFields: ['appSecret'],
  limits: { targetsPerJob: TARGETS_PER_CALL, targetsPerCall: TARGETS_PER_CALL, payloadBytes: MAX_PAYLOAD_BYTES },
  badge: 'relative',
  payloadHash: (notification, credential, now) => {
    const payload = render(notification, credential, { now, jobId: '' });
    return hash('sha256', payload.kind === 'payload' ? payload.form : payload.kind, 'hex');
  },
  createSender: (ports) => new XiaomiSender(ports),
  quota,
  check,
  receipts,
};

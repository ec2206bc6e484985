/** vivo push, server API: single notifications, and lists that share a stored body. */
import { hash } from 'node:crypto';
import type { Vendor } from '../vendor.ts';
import { check } from './check.ts';
import { vivoCredentialSchema, type VivoCredential } from './credentials.ts';
import { MAX_PAYLOAD_BYTES, TARGETS_PER_CALL } from './limits.ts';
import { quota } from './quota.ts';
import { receipts } from './receipts.ts';
import { render } from './render.ts';
import { VivoSender } from './send.ts';

export const vivo: Vendor<VivoCredential> = {
  name: 'vivo',
  credentialSchema: vivoCredentialSchema,
  secretFields: ['appSecret'],
  limits: { targetsPerJob: TARGETS_PER_CALL, targetsPerCall: TARGETS_PER_CALL, payloadBytes: MAX_PAYLOAD_BYTES },
  badge: 'relative',
  payloadHash: (notification, credential, now) => {
    const payload = render(notification, credential, { now, jobId: '' });
    return hash('sha256', payload.kind === 'payload' ? JSON.stringify(payload.single) : payload.kind, 'hex');
  },
  createSender: (ports) => new VivoSender(ports),
  quota,
  check,
  receipts,
};

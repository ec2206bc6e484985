/** OPPO push (HeyTap), server API: notifications by unicast and unicast_batch. */
import { hash } from 'node:crypto';
import type { Vendor } from '../vendor.ts';
import { check } from './check.ts';
import { oppoCredentialSchema, type OppoCredential } from './credentials.ts';
import { MAX_PAYLOAD_BYTES, TARGETS_PER_CALL } from './limits.ts';
import { quota } from './quota.ts';
import { receipts } from './receipts.ts';
import { render } from './render.ts';
import { OppoSender } from './send.ts';

export const oppo: Vendor<OppoCredential> = {
  name: 'oppo',
  credentialSchema: oppoCredentialSchema,
  secretFields: ['masterSecret', 'appSecret'],
  limits: { targetsPerJob: TARGETS_PER_CALL, targetsPerCall: TARGETS_PER_CALL, payloadBytes: MAX_PAYLOAD_BYTES },
  badge: 'relative',
  payloadHash: (notification, credential, now) => {
    const payload = render(notification, credential, { now, jobId: '' });
    const rendered = payload.kind === 'payload' ? [payload.head, JSON.stringify(payload.data)] : [payload.kind];
    return hash('sha256', rendered.join('\n'), 'hex');
  },
  createSender: (ports) => new OppoSender(ports),
  quota,
  check,
  receipts,
};

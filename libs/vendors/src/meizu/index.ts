/** Flyme push, for Meizu's phones. */
import { hash } from 'node:crypto';
import type { Vendor } from '../vendor.ts';
import { check } from './check.ts';
import { meizuCredentialSchema, type MeizuCredential } from './credentials.ts';
import { MAX_PAYLOAD_BYTES, TARGETS_PER_CALL } from './limits.ts';
import { quota } from './quota.ts';
import { receipts } from './receipts.ts';
import { render } from './render.ts';
import { MeizuSender } from './send.ts';

export const meizu: Vendor<MeizuCredential> = {
  name: 'meizu',
  credentialSchema: meizuCredentialSchema,
  secretFields: ['appSecret'],
  limits: { targetsPerJob: TARGETS_PER_CALL, targetsPerCall: TARGETS_PER_CALL, payloadBytes: MAX_PAYLOAD_BYTES },
  // Phones show a dot by themselves and take no figure (meizu section 3.1).
  badge: 'relative',
  payloadHash: (notification, credential, now) => {
    const payload = render(notification, credential, { now, jobId: '', receiptUrl: undefined });
    return hash('sha256', payload.kind === 'payload' ? payload.messageJson : payload.kind, 'hex');
  },
  createSender: (ports) => new MeizuSender(ports),
  quota,
  check,
  receipts,
};

/**
 * Apple Push Notification service. It has no receipts: accepted is all that it ever says (apns section 7), hence no
 * receipts.ts.
 */
import { hash } from 'node:crypto';
import type { Vendor } from '../vendor.ts';
import { check } from './check.ts';
import { apnsCredentialSchema, type ApnsCredential } from './credentials.ts';
import { MAX_PAYLOAD_BYTES, TARGETS_PER_CALL, TARGETS_PER_JOB } from './limits.ts';
import { quota } from './quota.ts';
import { render } from './render.ts';
import { ApnsSender } from './send.ts';

export const apns: Vendor<ApnsCredential> = {
  name: 'apns',
  credentialSchema: apnsCredentialSchema,
  secretFields: ['privateKeyP8', 'keyPem'],
  limits: { targetsPerJob: TARGETS_PER_JOB, targetsPerCall: TARGETS_PER_CALL, payloadBytes: MAX_PAYLOAD_BYTES },
  // `aps.badge` replaces the figure on the icon (apns section 3.2).
  badge: 'absolute',
  payloadHash: (notification) => {
    const payload = render(notification);
    return hash('sha256', payload.kind === 'payload' ? `${payload.head}${payload.tail}}` : 'too_large', 'hex');
  },
  createSender: (ports) => new ApnsSender(ports),
  quota,
  check,
  receipts: null,
};

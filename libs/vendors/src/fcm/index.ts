/**
 * Firebase Cloud Messaging, HTTP v1. It has no receipts: there is no callback of any kind (fcm section 7), hence no
 * receipts.ts.
 */
import { hash } from 'node:crypto';
import type { Vendor } from '../vendor.ts';
import { check } from './check.ts';
import { fcmCredentialSchema, type FcmCredential } from './credentials.ts';
import { MAX_PAYLOAD_BYTES, TARGETS_PER_CALL, TARGETS_PER_JOB } from './limits.ts';
import { quota } from './quota.ts';
import { render } from './render.ts';
import { FcmSender } from './send.ts';

export const fcm: Vendor<FcmCredential> = {
  name: 'fcm',
  credentialSchema: fcmCredentialSchema,
  secretFields: ['private_key'],
  limits: { targetsPerJob: TARGETS_PER_JOB, targetsPerCall: TARGETS_PER_CALL, payloadBytes: MAX_PAYLOAD_BYTES },
  // Without `notification_count` a launcher counts one more by itself (fcm section 3.2).
  badge: 'relative',
  payloadHash: (notification, credential, now) => {
    const payload = render(notification, credential, now);
    const rendered = payload.kind === 'payload' ? [payload.head, payload.middle, payload.tail] : ['too_large'];
    return hash('sha256', rendered.join('\n'), 'hex');
  },
  createSender: (ports) => new FcmSender(ports),
  quota,
  check,
  receipts: null,
};

/**
 * Huawei Push Kit: v1 and v2 for HarmonyOS up to 4 and EMUI, v3 for HarmonyOS 5 and later. Daily caps show in receipts
 * alone: an answer never tells of them (huawei section 6).
 */
import { hash } from 'node:crypto';
import type { Vendor } from '../vendor.ts';
import { check } from './check.ts';
import { huaweiCredentialSchema, type HuaweiCredential } from './credentials.ts';
import { MAX_BODY_BYTES, TARGETS_PER_CALL } from './limits.ts';
import { quota } from './quota.ts';
import { receipts } from './receipts.ts';
import { render } from './render.ts';
import { HuaweiSender } from './send.ts';

export const huawei: Vendor<HuaweiCredential> = {
  name: 'huawei',
  credentialSchema: huaweiCredentialSchema,
  secretFields: ['clientSecret', 'serviceAccount', 'receiptSecret'],
  limits: { targetsPerJob: TARGETS_PER_CALL, targetsPerCall: TARGETS_PER_CALL, payloadBytes: MAX_BODY_BYTES },
  badge: 'relative',
  payloadHash: (notification, credential, now) => {
    const payload = render(notification, credential, { now, jobId: '' });
    const rendered =
      payload.kind === 'payload'
        ? [String(payload.pushType), payload.head, payload.tail, payload.afterId ?? '']
        : [payload.kind];
    return hash('sha256', rendered.join('\n'), 'hex');
  },
  createSender: (ports) => new HuaweiSender(ports),
  quota,
  check,
  receipts,
};

import { readFileSync } from 'node:fs';
import type { Environment } from '#libs/config';
import type { SenderPorts } from './vendor.ts';

/**
 * Where the vendors are and whom to trust there, as the environment of a process says; the caller adds the rest. For the
 * start of a process: it reads the file of certificates.
 */
export function vendorPorts(environment: Environment): Pick<SenderPorts, 'endpoints' | 'extraCa' | 'requestTimeoutMs'> {
  return {
    endpoints: {
      apnsProduction: environment.APNS_PRODUCTION_URL,
      apnsSandbox: environment.APNS_SANDBOX_URL,
      fcm: environment.FCM_URL,
      googleToken: environment.GOOGLE_TOKEN_URL,
      huawei: environment.HUAWEI_URL,
      huaweiToken: environment.HUAWEI_TOKEN_URL,
      honor: environment.HONOR_URL,
      honorToken: environment.HONOR_TOKEN_URL,
      xiaomiCn: environment.XIAOMI_CN_URL,
      xiaomiRu: environment.XIAOMI_RU_URL,
      xiaomiIn: environment.XIAOMI_IN_URL,
      xiaomiEu: environment.XIAOMI_EU_URL,
      xiaomiSg: environment.XIAOMI_SG_URL,
      oppoCn: environment.OPPO_CN_URL,
      oppoGlobal: environment.OPPO_GLOBAL_URL,
      vivo: environment.VIVO_URL,
      meizuCn: environment.MEIZU_CN_URL,
      meizuIn: environment.MEIZU_IN_URL,
    },
    extraCa: environment.VENDOR_CA_FILE === undefined ? null : readFileSync(environment.VENDOR_CA_FILE, 'utf8'),
    requestTimeoutMs: environment.VENDOR_TIMEOUT_MS,
  };
}

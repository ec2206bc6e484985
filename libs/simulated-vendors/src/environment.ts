/** Which port of the simulator stands in for the host of which variable. */
const PORTS = {
  APNS_PRODUCTION_URL: 'apnsProduction',
  APNS_SANDBOX_URL: 'apnsSandbox',
  FCM_URL: 'fcm',
  HUAWEI_URL: 'huawei',
  HUAWEI_TOKEN_URL: 'huaweiToken',
  HONOR_URL: 'honor',
  HONOR_TOKEN_URL: 'honorToken',
  XIAOMI_CN_URL: 'xiaomi',
  XIAOMI_RU_URL: 'xiaomi',
  XIAOMI_IN_URL: 'xiaomi',
  XIAOMI_EU_URL: 'xiaomi',
  XIAOMI_SG_URL: 'xiaomi',
  OPPO_CN_URL: 'oppo',
  OPPO_GLOBAL_URL: 'oppo',
  VIVO_URL: 'vivo',
  MEIZU_CN_URL: 'meizu',
  MEIZU_IN_URL: 'meizu',
} as const;

/** The variables that put a simulator in the vendors' place, from the URLs of its ports. */
export function simulatedEnvironment(urls: Readonly<Record<string, string>>): Record<string, string> {
  const url = (port: string): string => {
    const found = urls[port];
    if (found === undefined) throw new Error(`The simulator has no port ${port}`);
    return found;
  };
  const variables = Object.fromEntries(Object.entries(PORTS).map(([variable, port]) => [variable, url(port)]));
  return { ...variables, GOOGLE_TOKEN_URL: `${url('googleToken')}/token` };
}

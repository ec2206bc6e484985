import { readObject, readTexts } from './read.ts';

/** Which devices a message is for (`em_push_filter`, Agora contract section 4.1). Null: no such limit. */
export interface DeviceFilter {
  acceptDevices: ReadonlySet<string> | null;
  ignoreDevices: ReadonlySet<string> | null;
  acceptCredentials: ReadonlySet<string> | null;
  ignoreCredentials: ReadonlySet<string> | null;
}

/** Null when nothing is filtered; an empty list is no filter (our choice, from the documented sample). */
export function readDeviceFilter(value: unknown): DeviceFilter | null {
  const filter = readObject(value);
  const read = (key: string): ReadonlySet<string> | null => {
    const ids = readTexts(filter[key]);
    return ids.length === 0 ? null : new Set(ids);
  };
  const result = {
    acceptDevices: read('accept_device_id'),
    ignoreDevices: read('ignore_device_id'),
    acceptCredentials: read('accept_notifier_name'),
    ignoreCredentials: read('ignore_notifier_name'),
  };
  return Object.values(result).every((ids) => ids === null) ? null : result;
}

/** True when the filter keeps the push from this device. Ignoring wins over accepting (our choice). */
export function isFiltered(filter: DeviceFilter | null, deviceId: string, credential: string): boolean {
  if (filter === null) {
    return false;
  }
  const ignored = filter.ignoreDevices?.has(deviceId) === true || filter.ignoreCredentials?.has(credential) === true;
  const accepted = filter.acceptDevices?.has(deviceId) !== false && filter.acceptCredentials?.has(credential) !== false;
  return ignored || !accepted;
}

import type { OutboundProxy } from '../network/connections.ts';
import type { Settings } from './settings.ts';

/**
 * The proxy between the BFF and the world, under the usual names, in capitals or not. A proxy's password is part of its
 * URL, so no fault shows that.
 * @param isNeeded whether anything is called that is not on this machine: else a proxy that cannot be used is only
 * warned of.
 */
export function readProxy(settings: Settings, isNeeded: boolean): OutboundProxy | undefined {
  const named = ['HTTPS_PROXY', 'https_proxy'].find((name) => settings.isSet(name)) ?? 'HTTPS_PROXY';
  const value = settings.text(named);
  const except = settings.lines('NO_PROXY') ?? settings.lines('no_proxy');
  if (value === undefined) return undefined;
  // Without a scheme it is an HTTP proxy, as for curl and most programs.
  const url = value.includes('://') ? value : `http://${value}`;
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return { url, except };
  const wrong = `${named} must be a URL that begins with http:// or https://, such as http://proxy.example.com:3128.`;
  if (isNeeded) return settings.fault(wrong);
  settings.warn(`${wrong} It is ignored, since nothing beyond this machine is called.`);
  return undefined;
}

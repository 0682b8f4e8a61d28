import { isLoopback } from '../network/loopback.ts';
import type { Settings } from './settings.ts';

/** The browser origins that may read the BFF's answers. This is not authorisation: programs can send any origin. */
export type AllowedOrigins = {
  exact: ReadonlySet<string>;
  /** Whether VS Code's web hosts may too. Their origin changes, so it is a pattern, and cookies are never allowed. */
  vscodeWeb: boolean;
};

const vscodeWebName = 'vscode-web';
const vscodeWebOrigin = /^https:\/\/[a-z0-9-]+(\.[a-z0-9-]+)?\.vscode-cdn\.net$/;

export function isAllowedOrigin(origin: string, allowed: AllowedOrigins): boolean {
  return allowed.exact.has(origin) || (allowed.vscodeWeb && vscodeWebOrigin.test(origin));
}

export function readAllowedOrigins(settings: Settings): AllowedOrigins {
  const exact = new Set<string>();
  let vscodeWeb = false;
  for (const entry of settings.list('BFF_ALLOWED_ORIGINS', ',')) {
    if (entry === vscodeWebName) vscodeWeb = true;
    else if (isOrigin(entry)) exact.add(entry);
    else {
      settings.fault(
        `BFF_ALLOWED_ORIGINS must list exact origins such as https://tool.example.com (scheme, host and port only; http only on loopback), or ${vscodeWebName}, separated by commas.`,
      );
    }
  }
  return { exact, vscodeWeb };
}

/** Whether the text is scheme, host and port only, as a browser sends it; http only on loopback. */
export function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin, protocol, hostname } = new URL(text);
  // A URL's host may contain a star, but browsers never send one: somebody hoped for a pattern.
  if (hostname.includes('*')) return false;
  return origin === text && (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname)));
}

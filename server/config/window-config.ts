import { isOrigin } from './allowed-origins.ts';
import type { Settings } from './settings.ts';

/** How VS Code windows sign in through a browser. */
export type WindowConfig = {
  /** How long a window's key is valid. */
  keySeconds: number;
  /** The URI schemes of the desktop editors that a browser may return to. */
  schemes: readonly string[];
  /** The origins of browser-based VS Code that a browser may return to. */
  origins: readonly string[];
};

const vscodeSchemes = ['vscode', 'vscode-insiders'];
/** A URI of these schemes could run in the BFF's origin, or lead to any site. */
const neverAnEditor = ['http', 'https', 'ws', 'wss', 'ftp', 'file', 'data', 'javascript', 'blob', 'about'];

export function readWindows(settings: Settings): WindowConfig {
  const keySeconds = settings.integer('BFF_VSCODE_KEY_HOURS', 12, [1, 720]) * 3_600;
  const further = settings.list('BFF_VSCODE_SCHEMES');
  for (const scheme of further) {
    if (/^[a-z][a-z0-9+.-]{1,30}$/.test(scheme) && !neverAnEditor.includes(scheme)) continue;
    settings.fault(
      'BFF_VSCODE_SCHEMES must list the URI schemes of editors, such as vscodium or cursor, in small letters and separated by commas.',
    );
  }
  const origins = settings.list('BFF_VSCODE_ORIGINS');
  if (!origins.every(isOrigin)) {
    settings.fault(
      'BFF_VSCODE_ORIGINS must list the exact origins of browser-based VS Code, such as https://code.example.com, separated by commas.',
    );
  }
  return { keySeconds, schemes: [...vscodeSchemes, ...further], origins };
}

/** Where this extension runs, as far as the words of a failure depend on it. */
export type Host = {
  /** Whether it runs in a browser's worker, where every call is a cross-origin one. */
  inBrowser: boolean;
  /** That worker's origin; VS Code doesn't promise one. */
  browserOrigin: string | undefined;
  /** `vscode.env.remoteName`, if the extension runs at the remote end. */
  remoteName: string | undefined;
};

/** The host, and which BFF it calls. */
export type Situation = Host & { backend: string };

const remoteMachines: Record<string, string> = {
  'ssh-remote': 'the SSH host',
  wsl: 'the WSL distribution',
  codespaces: 'the codespace',
  tunnel: 'the tunnel’s machine',
};

/** The machine whose `127.0.0.1` this extension reaches, in words. */
export function machineOf({ inBrowser, remoteName }: Host): string {
  if (inBrowser) return 'your browser’s machine';
  if (remoteName === undefined) return 'this machine';
  // As in `dev-container`, `attached-container` and `k8s-container`.
  if (remoteName.endsWith('-container')) return 'the container';
  return remoteMachines[remoteName] ?? 'the remote machine';
}

/** Whether the BFF is on that machine. */
export function isOnThatMachine(backend: string): boolean {
  return URL.canParse(backend) && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(new URL(backend).hostname);
}

/** What to write into `BFF_ALLOWED_ORIGINS`, so that the BFF answers this browser. */
export function originToAllow({ browserOrigin }: Host): string | undefined {
  if (browserOrigin === undefined || !URL.canParse(browserOrigin)) return undefined;
  // The origins of vscode.dev change, so the BFF knows them by a name.
  return new URL(browserOrigin).hostname.endsWith('.vscode-cdn.net') ? 'vscode-web' : browserOrigin;
}

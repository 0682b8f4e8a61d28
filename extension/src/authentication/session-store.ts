import type * as vscode from 'vscode';

/** What is kept of a sign-in. It belongs to one origin, and is only ever looked up by that. */
export type KeptSession = {
  accessKey: string;
  /** Who the BFF says that this is. */
  caller: string;
  /** ISO 8601; there where the key was given for a time by signing in in a browser, and is given back at the end. */
  expiresAt?: string;
};

/** Where sessions are kept, shared by all windows. After the address changed back, its session is found again. */
export type SessionStore = {
  get(origin: string): Promise<KeptSession | undefined>;
  keep(origin: string, session: KeptSession): Promise<void>;
  forget(origin: string): Promise<void>;
  /** Whether a secret that has changed was changed by another window: VS Code tells of our own changes too. */
  changedElsewhere(name: string): Promise<boolean>;
};

const prefix = 'accessKey:';

export function sessionName(origin: string): string {
  return `${prefix}${origin}`;
}

function isSessionName(name: string): boolean {
  return name.startsWith(prefix);
}

export function createSessionStore(
  secrets: Pick<vscode.SecretStorage, 'get' | 'store' | 'delete'>,
): SessionStore {
  /** What this window has made of each. */
  const ours = new Map<string, string | undefined>();
  return {
    async get(origin) {
      const text = await secrets.get(sessionName(origin));
      if (text === undefined) return undefined;
      // The first version kept the bare key.
      return text.startsWith('{') ? JSON.parse(text) : { accessKey: text, caller: 'access-key' };
    },
    async keep(origin, session) {
      const text = JSON.stringify(session);
      ours.set(sessionName(origin), text);
      await secrets.store(sessionName(origin), text);
    },
    async forget(origin) {
      ours.set(sessionName(origin), undefined);
      await secrets.delete(sessionName(origin));
    },
    async changedElsewhere(name) {
      if (!isSessionName(name)) return false;
      const text = await secrets.get(name);
      if (ours.has(name) && ours.get(name) === text) return false;
      ours.set(name, text);
      return true;
    },
  };
}

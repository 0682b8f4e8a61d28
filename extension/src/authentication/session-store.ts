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
};

const prefix = 'accessKey:';

export function sessionName(origin: string): string {
  return `${prefix}${origin}`;
}

export function isSessionName(name: string): boolean {
  return name.startsWith(prefix);
}

export function createSessionStore(
  secrets: Pick<vscode.SecretStorage, 'get' | 'store' | 'delete'>,
): SessionStore {
  return {
    async get(origin) {
      const text = await secrets.get(sessionName(origin));
      if (text === undefined) return undefined;
      // The first version kept the bare key.
      return text.startsWith('{') ? JSON.parse(text) : { accessKey: text, caller: 'access-key' };
    },
    keep: async (origin, session) => secrets.store(sessionName(origin), JSON.stringify(session)),
    forget: async (origin) => secrets.delete(sessionName(origin)),
  };
}

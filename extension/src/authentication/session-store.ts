import type * as vscode from 'vscode';
import { accessKeyForm } from '../../../shared/client.ts';
import { createEvent, type Event } from '../event.ts';
import { plain } from '../plain-text.ts';

/** What is kept of a sign-in. It belongs to one origin, and is only ever looked up by that. */
export type KeptSession = {
  accessKey: string;
  /** Who the BFF says that this is. */
  caller: string;
  /** ISO 8601; there where the key was given for a time by signing in in a browser, and is given back at the end. */
  expiresAt?: string;
};

/** Who that is, for people: the BFF's first key has no name of its own. */
export function callerWords(caller: string): string {
  return caller === 'access-key' ? 'owner key' : plain(caller, 128);
}

/** Where sessions are kept, shared by all windows. After the address changed back, its session is found again. */
export type SessionStore = {
  get(origin: string): Promise<KeptSession | undefined>;
  keep(origin: string, session: KeptSession): Promise<void>;
  forget(origin: string): Promise<void>;
  /** A session began or ended, in this window or in another. */
  onDidChange: Event<void>;
  dispose(): void;
};

const prefix = 'accessKey:';

export function sessionName(origin: string): string {
  return `${prefix}${origin}`;
}

/** What a secret holds. One that is torn, or not a session, is as good as none: signing in again replaces it. */
function sessionIn(text: string): KeptSession | undefined {
  try {
    // The first version kept the bare key.
    const session = text.startsWith('{') ? JSON.parse(text) : { accessKey: text, caller: 'access-key' };
    const isWhole = [session.accessKey, session.caller].every((each) => typeof each === 'string');
    return isWhole && accessKeyForm.test(session.accessKey) ? session : undefined;
  } catch {
    return undefined;
  }
}

export function createSessionStore(
  secrets: Pick<vscode.SecretStorage, 'get' | 'store' | 'delete' | 'onDidChange'>,
): SessionStore {
  const changes = createEvent<void>();
  /** What this window has made of each: VS Code tells of our own changes too. */
  const known = new Map<string, string | undefined>();
  const subscription = secrets.onDidChange(async ({ key }) => {
    if (!key.startsWith(prefix)) return;
    const text = await secrets.get(key);
    if (known.has(key) && known.get(key) === text) return;
    known.set(key, text);
    changes.fire();
  });

  return {
    async get(origin) {
      const text = await secrets.get(sessionName(origin));
      return text === undefined ? undefined : sessionIn(text);
    },
    async keep(origin, session) {
      const text = JSON.stringify(session);
      known.set(sessionName(origin), text);
      await secrets.store(sessionName(origin), text);
      changes.fire();
    },
    async forget(origin) {
      known.set(sessionName(origin), undefined);
      await secrets.delete(sessionName(origin));
      changes.fire();
    },
    onDidChange: changes.event,
    dispose: () => subscription.dispose(),
  };
}

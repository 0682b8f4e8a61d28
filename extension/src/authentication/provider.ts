import type * as vscode from 'vscode';
import type { KeptSession } from './session-store.ts';

export type ProviderDependencies = {
  /** The session of the BFF that the setting names, and its origin; nothing while nobody is signed in there. */
  current: () => Promise<{ origin: string; session: KeptSession } | undefined>;
  /** As a person does it; false when they gave up. */
  signIn: () => Promise<boolean>;
  signOut: () => Promise<unknown>;
  changes: Pick<
    vscode.EventEmitter<vscode.AuthenticationProviderAuthenticationSessionsChangeEvent>,
    'event' | 'fire'
  >;
};

export type Provider = vscode.AuthenticationProvider & {
  /** Looks again, and tells VS Code what is new: this window, another one or the setting may have changed it. */
  refresh(): Promise<void>;
};

/**
 * Puts the sign-in into VS Code's Accounts menu. Any extension can ask VS Code for a session, and its user may well say
 * yes; so the session that VS Code is told of names the caller, and its token is no key.
 */
export function createProvider({ current, signIn, signOut, changes }: ProviderDependencies): Provider {
  let told: vscode.AuthenticationSession | undefined;

  async function look(): Promise<vscode.AuthenticationSession | undefined> {
    const found = await current();
    if (!found) return undefined;
    const { origin, session } = found;
    const label = `${session.caller} (${new URL(origin).host})`;
    return {
      id: `${origin} ${session.caller}`,
      account: { id: `${session.caller} ${origin}`, label },
      scopes: [],
      accessToken: 'The key stays with the Pearsana extension.',
    };
  }

  async function refresh(): Promise<void> {
    const before = told;
    told = await look();
    if (before?.id === told?.id) return;
    changes.fire({ added: told ? [told] : [], removed: before ? [before] : [], changed: [] });
  }

  return {
    onDidChangeSessions: changes.event,
    async getSessions(_scopes, options) {
      told = await look();
      const asked = options?.account;
      return told && (asked === undefined || asked.id === told.account.id) ? [told] : [];
    },
    async createSession() {
      const done = await signIn();
      await refresh();
      if (!done || !told) throw new Error('Nobody was signed in.');
      return told;
    },
    async removeSession(id) {
      if ((await look())?.id === id) await signOut();
      await refresh();
    },
    refresh,
  };
}

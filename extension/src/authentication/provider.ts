import type * as vscode from 'vscode';
import { createEvent } from '../event.ts';
import { callerWords, type KeptSession } from './session-store.ts';

export type ProviderDependencies = {
  /** The session of the BFF that the setting names, and its origin; nothing while nobody is signed in there. */
  current: () => Promise<{ origin: string; session: KeptSession } | undefined>;
  /** As a person does it; false when they gave up. */
  signIn: () => Promise<boolean>;
  signOut: () => Promise<unknown>;
};

export type Provider = vscode.AuthenticationProvider & {
  /** Looks again, and tells VS Code what is new: this window, another one or the setting may have changed it. */
  refresh(): Promise<void>;
};

/**
 * Puts the sign-in into VS Code's Accounts menu. Any extension can ask VS Code for a session, and its user may well say
 * yes; so the session that VS Code is told of names the caller, and its token is no key.
 */
export function createProvider({ current, signIn, signOut }: ProviderDependencies): Provider {
  const changes = createEvent<vscode.AuthenticationProviderAuthenticationSessionsChangeEvent>();
  let shown: vscode.AuthenticationSession | undefined;

  async function look(): Promise<vscode.AuthenticationSession | undefined> {
    const found = await current();
    if (!found) return undefined;
    const { origin, session } = found;
    const label = `${callerWords(session.caller)} (${new URL(origin).host})`;
    return {
      id: `${origin} ${session.caller}`,
      account: { id: `${session.caller} ${origin}`, label },
      scopes: [],
      accessToken: 'The key stays with the Pearsana extension.',
    };
  }

  async function refresh(): Promise<void> {
    const found = await look();
    const before = shown;
    if (before?.id === found?.id) return;
    shown = found;
    changes.fire({ added: found ? [found] : [], removed: before ? [before] : [], changed: [] });
  }

  return {
    onDidChangeSessions: changes.event,
    async getSessions(_scopes, options) {
      shown = await look();
      const asked = options?.account;
      return shown && (asked === undefined || asked.id === shown.account.id) ? [shown] : [];
    },
    async createSession() {
      const done = await signIn();
      await refresh();
      if (!done || !shown) throw new Error('Nobody was signed in.');
      return shown;
    },
    async removeSession(id) {
      if ((await look())?.id === id) await signOut();
      await refresh();
    },
    refresh,
  };
}

import type { Success } from '../../../shared/operations.ts';
import type { ScopeFinding } from '../../../shared/scopes.ts';
import { plain } from '../plain-text.ts';

/** The scopes of an App Client, as a list to look through. Icons are names of VS Code's codicons. */
export type ScopeList = {
  title: string;
  lines: { scope: string; label: string; description: string; icon: string }[];
};

export function scopeList({ environment, result }: Success<'scopes'>): ScopeList {
  const { scopes, checkedAt } = result;
  const count = (state: boolean | null) => scopes.filter(({ enabled }) => enabled === state).length;
  const open = count(null);
  const at = new Date(checkedAt).toLocaleTimeString([], { timeStyle: 'short' });
  return {
    title: plain(
      `Scopes · ${environment} · ${count(true)} of ${scopes.length} enabled${open ? `, ${open} unknown` : ''}, at ${at}`,
      120,
    ),
    lines: scopes.map((each) => {
      const { words, icon } = stateOf(each);
      const facts = [words, each.grants, each.error?.message];
      return {
        scope: each.scope,
        label: shortScope(each.scope),
        description: plain(facts.filter(Boolean).join(' · '), 300),
        icon,
      };
    }),
  };
}

function stateOf({ enabled }: ScopeFinding): { words: string; icon: string } {
  if (enabled === null) return { words: 'unknown', icon: 'question' };
  return enabled ? { words: 'enabled', icon: 'pass' } : { words: 'not enabled', icon: 'circle-slash' };
}

/** Without what stands before each of them. */
export function shortScope(scope: string): string {
  return plain(scope, 80).replace(/^pearsana-partner\//, '');
}

import * as vscode from 'vscode';
import type { Environment } from '../../../shared/environments.ts';
import type { OperationName } from '../../../shared/operations.ts';
import type { EnvironmentList, ListState } from '../environment-list.ts';
import { CommandError } from '../failures/command-failure.ts';
import { plain } from '../plain-text.ts';
import { kindWords, notGranted, stateIcon } from '../views/environment-words.ts';
import type { Target } from '../writes/send-once.ts';

/**
 * The environment that was named, else one that is chosen among those where all of the operations are allowed; with one
 * alone there is nothing to ask. Undefined after Escape.
 * @throws CommandError when there is none.
 */
export async function findTarget(
  list: EnvironmentList,
  operations: readonly [OperationName, ...OperationName[]],
  { title, named }: { title: string; named?: string | undefined },
): Promise<Target | undefined> {
  const listed = await loadList(list);
  const { origin, environments } = listed;
  const missing = ({ grants }: Environment) => operations.find((operation) => !grants.includes(operation));
  if (named !== undefined) return { origin, environment: findNamed(environments, named, missing) };

  const allowed = environments.filter((environment) => missing(environment) === undefined);
  const [first, ...others] = environmentPicks({ ...listed, environments: allowed });
  if (!first) {
    const operation = environments.map(missing).find(Boolean) ?? operations[0];
    throw new CommandError('NO_ENVIRONMENT', notGranted(undefined, operation));
  }
  if (others.length === 0) return { origin, environment: first.environment };
  const chosen = await vscode.window.showQuickPick([first, ...others], {
    title,
    placeHolder: 'Choose an environment',
    matchOnDescription: true,
  });
  return chosen && { origin, environment: chosen.environment };
}

type Listed = Extract<ListState, { kind: 'listed' }>;

/** Environments to choose from: the default one first, and none that is protected before one that is not. */
export function environmentPicks({ environments, defaultId }: Listed) {
  const picks = environments.map((environment) => ({
    label: plain(environment.name, 60),
    description: [kindWords(environment), environment.id === defaultId ? 'default' : '']
      .filter(Boolean)
      .join(' · '),
    detail: plain(environment.apiUrl, 200),
    iconPath: new vscode.ThemeIcon(stateIcon(environment, undefined).icon),
    environment,
  }));
  const rank = ({ id, protected: isProtected }: Environment) => (id === defaultId ? 0 : isProtected ? 2 : 1);
  return picks.sort((a, b) => rank(a.environment) - rank(b.environment));
}

/** @throws CommandError while there is no list. */
export async function loadList(list: EnvironmentList): Promise<Listed> {
  // An old failure says nothing about now.
  if (list.state().kind === 'failed') list.invalidate();
  const state = await list.load();
  if (state.kind === 'listed') return state;
  throw state.kind === 'failed'
    ? CommandError.of(state.failure)
    : new CommandError('NOT_SIGNED_IN', 'You are not signed in.');
}

/** @throws CommandError if there is no such environment, or something is not granted there. */
export function findNamed(
  environments: readonly Environment[],
  named: string,
  missing: (environment: Environment) => OperationName | undefined = () => undefined,
): Environment {
  const about = { environment: named, outcome: 'not_sent' } as const;
  const environment = environments.find(({ id }) => id === named);
  if (!environment) {
    throw new CommandError(
      'ENVIRONMENT_NOT_FOUND',
      `You have no environment called ${plain(named, 60)}.`,
      about,
    );
  }
  const operation = missing(environment);
  if (operation) throw new CommandError('FORBIDDEN', notGranted(named, operation), about);
  return environment;
}

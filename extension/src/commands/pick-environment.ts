import * as vscode from 'vscode';
import type { OperationName } from '../../../shared/operations.ts';
import { CommandError, type ExtensionCode, failureOf } from '../command-failure.ts';
import type { EnvironmentArgument, Failed } from '../contributions.ts';
import type { EnvironmentList } from '../environment-list.ts';
import { kindWords, notGranted } from '../environment-words.ts';
import { plain } from '../plain-text.ts';

export type PickDependencies = { list: EnvironmentList };

/**
 * Asks for one of the environments where the operation is allowed; with one alone there is nothing to ask.
 * Undefined after Escape.
 */
export async function pickEnvironment(
  operation: OperationName,
  title: string,
  { list }: PickDependencies,
): Promise<EnvironmentArgument | Failed | undefined> {
  // An old failure says nothing about now.
  if (list.state().kind === 'failed') list.invalidate();
  const state = await list.load();
  if (state.kind === 'failed') return { error: state.failure };
  if (state.kind !== 'listed') return failed('NOT_SIGNED_IN', 'You are not signed in.');

  const items = state.environments
    .filter(({ grants }) => grants.includes(operation))
    .map((environment) => ({
      label: plain(environment.name, 60),
      description: kindWords(environment),
      detail: plain(environment.apiUrl, 200),
      environment: environment.id,
    }));
  const [first, ...others] = items;
  if (!first) return failed('NO_ENVIRONMENT', notGranted('<environment>', operation));
  const chosen =
    others.length === 0
      ? first
      : await vscode.window.showQuickPick(items, {
          title,
          placeHolder: 'In which environment?',
          matchOnDescription: true,
        });
  return chosen && { environment: chosen.environment };
}

function failed(code: ExtensionCode, message: string): Failed {
  return { error: failureOf(new CommandError(code, message)) };
}

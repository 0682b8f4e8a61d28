import * as vscode from 'vscode';
import type { Backend } from '../backend.ts';
import type { CommandHandlers } from '../contributions.ts';
import type { EnvironmentList } from '../environment-list.ts';
import { explain } from '../failures/explain-failure.ts';
import type { Situation } from '../failures/situation.ts';
import { tellFailures } from '../failures/tell-failures.ts';

export type SignOutDependencies = {
  backend: Backend;
  list: EnvironmentList;
  situation: () => Situation;
};

/** Forgets the access key of the BFF that the setting names; the keys of other BFFs stay. */
export function createSignOutCommand(dependencies: SignOutDependencies): CommandHandlers['pearsana.signOut'] {
  const { backend, list, situation } = dependencies;
  return tellFailures(situation, async () => {
    const { origin, notGivenBack } = await backend.signOut();
    await list.load();
    if (notGivenBack) {
      const { failure, until } = notGivenBack;
      const { what } = explain(failure, situation());
      void vscode.window.showWarningMessage(
        `Signed out of the BFF at ${origin} here, but it could not be told: ${what} The key is forgotten, and the BFF takes it until ${until}. If that worries you, ask whoever runs it to remove it.`,
      );
    } else void vscode.window.showInformationMessage(`Signed out of the BFF at ${origin}.`);
    return undefined;
  });
}

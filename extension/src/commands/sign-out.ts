import type { Backend } from '../backend.ts';
import type { CommandHandlers } from '../contributions.ts';
import type { EnvironmentList } from '../environment-list.ts';
import { explain } from '../failures/explain-failure.ts';
import { showMessage } from '../failures/show-message.ts';
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
      showMessage(
        'warning',
        `Signed out here, but not at the BFF: ${what} It accepts the key until ${until}.`,
      );
    } else showMessage('information', `Signed out of ${origin}`);
    return undefined;
  });
}

import * as vscode from 'vscode';
import type { ExternalReference } from '../../../shared/fields.ts';
import { activityFilteredContextKey } from '../contributions.ts';
import type { Situation } from '../failures/situation.ts';
import { tellFailures } from '../failures/tell-failures.ts';
import { readReference, referencePrompt, referenceText } from '../forms/reference-steps.ts';
import { capitalised } from '../plain-text.ts';
import type { Wanted } from '../views/activity-pages.ts';
import type { ActivityTree } from '../views/activity-tree.ts';
import { stateLooks, wantedWords } from '../views/activity-words.ts';
import type { FindWrites } from './find-writes.ts';

export type FilterDependencies = {
  situation: () => Situation;
  tree: Pick<ActivityTree, 'pages' | 'refresh'>;
  findWrites: FindWrites;
};

/** In the order in which somebody has to look at them; those in flight are soon something else. */
const states = ['unknown', 'refused', 'not_sent', 'succeeded'] as const;

export function createFilterCommands({ situation, tree, findWrites }: FilterDependencies) {
  const { pages } = tree;

  function show(wanted: Wanted): undefined {
    pages.setWanted(wanted);
    const isFiltered = wantedWords(wanted) !== '';
    void vscode.commands.executeCommand('setContext', activityFilteredContextKey, isFiltered);
    tree.refresh();
  }

  return {
    async filterActivity() {
      const { person, state } = pages.wanted();
      const only = (more: Wanted) => ({ ...(person && { person }), ...(state && { state }), ...more });
      const choices: (vscode.QuickPickItem & { wanted?: Wanted })[] = [
        ...states.map((each) => ({
          label: capitalised(stateLooks[each].words),
          ...(each === state && { description: 'shown now' }),
          wanted: only({ state: each }),
        })),
        { label: 'Any outcome', wanted: person ? { person } : {} },
        { label: '', kind: vscode.QuickPickItemKind.Separator },
        { label: 'One person…', ...(person && { description: wantedWords({ person }) }) },
        { label: 'Everybody', wanted: state ? { state } : {} },
      ];
      const chosen = await vscode.window.showQuickPick(choices, {
        title: 'Filter Activity',
        placeHolder: 'Choose what to show',
      });
      if (chosen?.wanted) return show(chosen.wanted);
      const found = chosen && (await askForPerson(person));
      return found && show(only({ person: found }));
    },
    filterByPerson: tellFailures(situation, async (argument?: unknown) => {
      const [write] = await findWrites(argument);
      const [person] = write?.externalReferences ?? [];
      return person && show({ person });
    }),
    async clearActivityFilter() {
      return show({});
    },
  };
}

async function askForPerson(person: ExternalReference | undefined): Promise<ExternalReference | undefined> {
  const text = await vscode.window.showInputBox({
    title: 'Filter Activity',
    prompt: referencePrompt,
    placeHolder: 'SIS 20261234',
    value: person ? referenceText(person) : '',
    validateInput: (typed) =>
      readPerson(typed) ? undefined : 'Enter the namespace and the external ID, for example SIS 20261234',
  });
  return text === undefined ? undefined : readPerson(text);
}

/** As in `SIS 20261234`. */
function readPerson(text: string): ExternalReference | undefined {
  const person = readReference(text);
  return person.namespace.trim() !== '' && person.externalId !== '' ? person : undefined;
}

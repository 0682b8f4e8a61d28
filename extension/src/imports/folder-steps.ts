import { folderRows, idInName, type NamePattern } from '../../../shared/imports/document-folder.ts';
import { type ChoiceStep, GoTo, type Option, type TextStep } from '../forms/step.ts';
import { numberWords } from './import-words.ts';

/** How the names of a folder's files hold the ids of people. */
export type FolderDraft = { pattern: NamePattern };

/** So many names are shown; more would not be read. */
const mostExamples = 20;

/** Asks for the pattern, and shows what comes of it before anything is read. */
export function folderSteps(names: readonly string[]): [TextStep<FolderDraft>, ChoiceStep<FolderDraft>] {
  // Those about the columns are counted after them, and are another number.
  return [
    { ...patternStep(names), counted: false },
    { ...lookStep(names), counted: false },
  ];
}

function patternStep(names: readonly string[]): TextStep<FolderDraft> {
  const [example = ''] = names;
  return {
    kind: 'text',
    id: 'pattern',
    ask: 'File names',
    prompt: 'Write {id} where the file names hold the person’s id',
    placeholder: 'for example transcript-{id}.pdf',
    value: ({ pattern }) => pattern,
    check(text) {
      if (!text.includes('{id}'))
        return 'Write {id} in place of the person’s id, for example transcript-{id}.pdf';
      if (names.some((name) => idInName(name, text) !== undefined)) return undefined;
      return `No file of this folder has such a name. One of them is called ${example}`;
    },
    put: (pattern) => ({ pattern }),
  };
}

function lookStep(names: readonly string[]): ChoiceStep<FolderDraft> {
  return {
    kind: 'choice',
    id: 'look',
    ask: 'Documents',
    prompt: 'Are these the right ids?',
    options({ pattern }) {
      const { unfit } = folderRows(names, pattern);
      const fit = names.filter((name) => idInName(name, pattern) !== undefined);
      const count = `${numberWords(fit.length)} ${fit.length === 1 ? 'document' : 'documents'}`;
      const shown = (some: readonly string[], heading: string, words: (name: string) => string): Option[] =>
        some.slice(0, mostExamples).map((name, index) => ({
          ...{ id: `name:${name}`, label: name, description: words(name) },
          ...(index === 0 && { separatorAbove: heading }),
        }));
      return [
        { id: 'continue', label: `Continue with ${count}`, description: `by the pattern ${pattern}` },
        { id: 'pattern', label: 'Correct the Pattern…' },
        ...shown(fit, 'The id in each name', (name) => `id ${idInName(name, pattern)}`),
        ...shown(unfit, `Left out: ${numberWords(unfit.length)}`, () => 'does not fit the pattern'),
      ];
    },
    put: (option, draft) => (option === 'continue' ? draft : new GoTo('pattern')),
  };
}

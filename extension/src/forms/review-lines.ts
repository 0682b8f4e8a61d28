import { pathWords } from '../../../shared/validate.ts';
import type { Draft, Path } from './request-draft.ts';
import type { Step } from './wizard.ts';

/** One value that will be sent, with the words of the step that asked for it. */
export type ReviewLine = { step: string; label: string; value: string };

/** Every value of a request, in its order: nothing is sent that does not stand here. */
export function reviewLines(draft: Draft, steps: readonly Step<Draft>[]): ReviewLine[] {
  const asked = new Map(steps.map(({ id, ask }) => [id, ask]));
  return leaves(draft, []).map(({ path, value }) => {
    const words = pathWords(path);
    // A list that one step asks for (roles) has that step's name.
    const owner = [words, words.replace(/\[\d+\]$/, '')].find((each) => asked.has(each)) ?? words;
    return { step: owner, label: asked.get(owner) ?? words, value };
  });
}

function leaves(value: unknown, path: Path): { path: Path; value: string }[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => leaves(item, [...path, index]));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]));
  }
  return [{ path, value: typeof value === 'string' ? value : JSON.stringify(value) }];
}

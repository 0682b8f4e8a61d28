import { pathWords } from '../../../shared/validate.ts';
import type { Draft, Path } from './request-draft.ts';
import type { Step } from './step.ts';

/** One value that will be sent, with the words of the step that asked for it. */
export type ReviewLine = { step: string; label: string; value: string };

/** Every value of a request, in the order of its steps: nothing is sent that does not stand here. */
export function reviewLines(draft: Draft, steps: readonly Step<Draft>[]): ReviewLine[] {
  const lines: ReviewLine[] = [];
  for (const { path, value } of leaves(draft, [])) {
    const words = pathWords(path);
    // A list that one step asks for (roles) has that step's name.
    const names = [words, words.replace(/\[\d+\]$/, '')];
    const owner = steps.find(({ id, fields = [] }) => names.includes(id) || fields.includes(words));
    if (!owner) lines.push({ step: words, label: words, value });
    // What stands in one box stands in one line too.
    else if (!lines.some(({ step }) => step === owner.id))
      lines.push({
        step: owner.id,
        label: owner.ask,
        value: owner.kind === 'text' ? owner.value(draft) : value,
      });
  }
  const place = ({ step }: ReviewLine) => {
    const at = steps.findIndex(({ id }) => id === step);
    return at < 0 ? steps.length : at;
  };
  return lines.sort((a, b) => place(a) - place(b));
}

function leaves(value: unknown, path: Path): { path: Path; value: string }[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => leaves(item, [...path, index]));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]));
  }
  return [{ path, value: typeof value === 'string' ? value : JSON.stringify(value) }];
}

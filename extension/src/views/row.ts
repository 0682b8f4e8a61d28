import type { Color } from '../contributions.ts';
import { type Explanation, sentencesOf } from '../failures/explain-failure.ts';
import type { Remedy } from '../failures/remedies.ts';
import { capitalised } from '../plain-text.ts';

/** A line of a tree: below an environment, or in the place of a list. Its icon is the name of one of VS Code's codicons. */
export type Row = {
  id: string;
  label: string;
  description?: string;
  /** What a screen reader says, where that is not the label and the description. */
  spoken?: string;
  tooltip: string;
  icon: string;
  color?: Color | undefined;
  /** What a click does. */
  remedy?: Remedy;
};

/** What stands in the place of a list that can't be had: in a few words, since a row is cut where a view ends. */
export function failedListRows(explanation: Explanation): Row[] {
  const label = capitalised(explanation.short);
  return [
    { id: 'list/what', label, tooltip: sentencesOf(explanation), icon: 'warning' },
    ...remedyRows('list', explanation.remedies),
  ];
}

/** A line to click for each remedy. */
export function remedyRows(id: string, remedies: readonly Remedy[]): Row[] {
  return remedies.map((remedy) => {
    const { title, command } = remedy;
    return { id: `${id}/remedy/${command}`, label: title, tooltip: title, icon: 'arrow-right', remedy };
  });
}

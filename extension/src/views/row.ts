import type { Color } from '../contributions.ts';
import { type Explanation, sentencesOf } from '../failures/explain-failure.ts';
import type { Remedy } from '../failures/remedies.ts';

/** A line of a tree: below an environment, or in the place of a list. Its icon is the name of one of VS Code's codicons. */
export type Row = {
  id: string;
  label: string;
  description?: string;
  tooltip: string;
  icon: string;
  color?: Color | undefined;
  /** What a click does. */
  remedy?: Remedy;
};

/** What stands in the place of a list that can't be had. */
export function failedListRows(explanation: Explanation): Row[] {
  return explanationRows('list', explanation);
}

/** A failure's words, and a line to click for each remedy. */
export function explanationRows(id: string, explanation: Explanation): Row[] {
  const { what, advice, remedies } = explanation;
  const tooltip = sentencesOf(explanation);
  return [
    { id: `${id}/what`, label: what, tooltip, icon: 'warning' },
    { id: `${id}/advice`, label: advice, tooltip, icon: 'lightbulb' },
    ...remedies.map((remedy) => remedyRow(id, remedy)),
  ];
}

export function remedyRow(id: string, remedy: Remedy): Row {
  const { title, command } = remedy;
  return { id: `${id}/remedy/${command}`, label: title, tooltip: title, icon: 'arrow-right', remedy };
}

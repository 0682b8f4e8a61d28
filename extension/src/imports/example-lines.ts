import type { ImportOperation } from '../../../shared/import-record.ts';
import type { CheckedRow } from '../../../shared/imports/check-roster.ts';
import { fieldNamed, plainName } from '../../../shared/imports/columns.ts';
import type { ColumnWords, Roster } from '../../../shared/imports/roster.ts';
import { templateFields } from '../../../shared/imports/template.ts';
import { pathWords, valueAt } from '../../../shared/validate.ts';
import { fieldWords } from './column-steps.ts';

/** Each value of one row that will be sent, and the column that it comes from, as in `First name ← Vorname` and `Katrin`. */
export function exampleLines(
  operation: ImportOperation,
  { columns, set = {} }: Pick<Roster, 'columns'> & Pick<ColumnWords, 'set'>,
  { draft }: Pick<CheckedRow, 'draft'>,
): { label: string; value: string }[] {
  const constants = Object.keys(set).map((name) => ({ header: '', field: fieldNamed(operation, name) }));
  const given = columns.some(({ field }) => field) ? columns : templateFields(operation);
  const shown = new Set<string>();
  return [...given, ...constants].flatMap(({ header, field }) => {
    const name = field && pathWords(field);
    if (!field || name === undefined || shown.has(name)) return [];
    shown.add(name);
    // One cell may name several entries of a list.
    const value = valueAt(draft, typeof field.at(-1) === 'number' ? field.slice(0, -1) : field);
    if (value === undefined && given !== columns) return [];
    const words = fieldWords(operation, name);
    const isSame = header === '' || plainName(header) === plainName(words);
    const text = [value ?? '(empty)'].flat().join(', ');
    return {
      label: isSame ? words : `${words} ← ${header.trim()}`,
      value: header === '' ? `${text} · the same in every row` : text,
    };
  });
}

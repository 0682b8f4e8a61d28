import type { ImportOperation } from '../../../shared/import-record.ts';
import { isToMendName, plainName } from '../../../shared/imports/columns.ts';
import type { ColumnWords } from '../../../shared/imports/roster.ts';
import type { State } from '../state.ts';

/** What was entered the last time and will often be the same again. Nothing of it is about a person. */
export type LastEntries = {
  /** Of an external reference, such as SIS. */
  namespace?: string;
  /** Of a new user. */
  roleName?: string;
  /** Of an invitation, where they were not Pearsana's default. */
  roles?: readonly string[];
};

/** How the columns of an imported file were used: names of columns and of fields, and nothing of its rows. */
export type KeptColumns = {
  operation: ImportOperation;
  /** Fields by the header of the column that fills them. */
  map: Readonly<Record<string, string>>;
  /** Texts by the field that has this one text in every row. */
  set: Readonly<Record<string, string>>;
};

const stateName = 'lastEntries';
const mostFiles = 20;

/** The fields of which one text for all rows says nothing about a person. */
const impersonal = /(^|\.)(namespace|roleName|documentType|verificationIntent)$/;

/** Whether what was said of a file's columns says nothing about a person, so that it may be kept whole. */
export const isImpersonal = ({ set = {} }: ColumnWords): boolean =>
  Object.keys(set).every((field) => impersonal.test(field));

/** Kept on the disk, for all windows: so only after it was sent, and only what looks like a word of a vocabulary. */
export function createLastEntries(state: State) {
  type Kept = LastEntries & { columns?: readonly (KeptColumns & { header: string })[] };
  const kept = (): Kept => state.get<Kept>(stateName) ?? {};
  const get = (): LastEntries => {
    const { columns: _, ...entries } = kept();
    return entries;
  };
  /** What was chosen in this window, whether or not it was imported then. */
  const chosen = new Map<string, KeptColumns>();
  return {
    get,
    /** Keeps what was chosen for a file with this header, in memory: whoever then presses Escape need not choose again. */
    noteColumns(headers: readonly string[], { operation, map, set }: KeptColumns): void {
      const key = `${operation} ${headerLine(headers)}`;
      chosen.delete(key);
      if (Object.keys({ ...map, ...set }).length > 0) chosen.set(key, { operation, map, set });
      const [oldest] = chosen.keys();
      if (oldest !== undefined && chosen.size > mostFiles) chosen.delete(oldest);
    },
    /** How the columns of a file with this header were used the last time. */
    columnsOf(headers: readonly string[], operation: ImportOperation): KeptColumns | undefined {
      const header = headerLine(headers);
      const here = chosen.get(`${operation} ${header}`);
      if (here && header !== '') return here;
      return kept().columns?.find((each) => each.header === header && each.operation === operation);
    },
    async keepColumns(headers: readonly string[], { operation, map, set }: KeptColumns): Promise<void> {
      const header = headerLine(headers);
      const constants = Object.entries(set).filter(
        ([name, text]) => impersonal.test(name) && isVocabulary(text),
      );
      const latest = constants.map(([name, text]) => [name.slice(name.lastIndexOf('.') + 1), text]);
      const entries = latest.filter(([name]) => name === 'namespace' || name === 'roleName');
      const before: Kept = { ...kept(), ...Object.fromEntries(entries) };
      const others = before.columns?.filter((each) => each.header !== header || each.operation !== operation);
      const own = { header, operation, map, set: Object.fromEntries(constants) };
      const isEmpty = header === '' || Object.keys(map).length + constants.length === 0;
      // A file without a header begins with a person.
      const isPerson = headers.some((each) => /@|\d{3}/.test(each));
      const columns = isEmpty || isPerson ? (others ?? []) : [...(others ?? []), own].slice(-mostFiles);
      await state.update(stateName, { ...before, ...(columns.length > 0 && { columns }) });
    },
    async keep(entries: LastEntries): Promise<void> {
      const words = Object.entries(entries).filter(([, value]) => [value].flat().every(isVocabulary));
      await state.update(stateName, { ...kept(), ...Object.fromEntries(words) });
    },
  };
}
export type KeptEntries = ReturnType<typeof createLastEntries>;

/** The same for a file, and for the file of its rows to mend. */
function headerLine(headers: readonly string[]): string {
  const names = headers.filter((header) => !isToMendName(header)).map(plainName);
  return names.filter(Boolean).join();
}

/** A word such as SIS or faculty, and no address, name of many words, or number of a person. */
function isVocabulary(text: string): boolean {
  return /^\p{L}[\p{L}\d_.-]*( [\p{L}\d_.-]+)?$/u.test(text) && text.length <= 30 && !/\d{3}/.test(text);
}

import { parseArgs } from 'node:util';
import { type ImportOperation, importOperations } from '../../shared/import-record.ts';
import { fieldTable } from './field-words.ts';

/** The commands of the program. */
const commands = ['check', 'import', 'results', 'doctor'] as const;
export type Command = (typeof commands)[number];

/** The command and the options that a person typed. */
export type Arguments = {
  command: Command;
  /** The roster, or a folder of documents; absent for `doctor`. */
  file: string | undefined;
  environment: string | undefined;
  operation: ImportOperation | undefined;
  /** The protected environment's name, repeated to confirm. */
  confirm: string | undefined;
  /** The number of rows to send to a protected environment. It confirms the import where there is no terminal to ask at. */
  rows: number | undefined;
  yes: boolean;
  map: Record<string, string>;
  set: Record<string, string>;
  again: boolean;
  /** Where the file names of a folder hold the id, as in `transcript-{id}.pdf`. */
  pattern: string | undefined;
  /** The folder for the result files; undefined for the folder of the roster. */
  out: string | undefined;
};

/** The program was used wrongly. The message tells the person how to use it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What `--help` shows. */
export const usage = () => `Usage: pearsana-partner-client <command> [FILE] [options]

Commands
  check FILE      check every row, and send nothing. With --environment, also show
                  which rows were sent before
  import FILE     send every row that is ready, each at most once. If an import ends
                  early, run the same command again to continue it
  results FILE    show the outcome of every row, and send nothing
  doctor          check the BFF, your key, and each environment

Options
  --environment NAME     the environment, such as sandbox
  --operation NAME       createUser, createInvitation or submitDocument
  --map COLUMN=FIELD     use this column of the file for this field (repeatable); the
                         fields are listed below
  --set FIELD=VALUE      use this value in every row, such as namespace=SIS (repeatable)
  --pattern PATTERN      FILE is a folder of documents: where their names hold the
                         person's id, such as 'transcript-{id}.pdf'
  --again                also send rows that were done before
  --yes                  do not ask before sending (not enough for a protected environment)
  --confirm NAME         confirm a protected environment by repeating its name
  --rows N               confirm the number of rows to send to a protected environment,
                         if there is no terminal
  --out FOLDER           write the result files to this folder (default: the folder of FILE)
  --help                 show this text

Settings (environment variables)
  PEARSANA_BFF_URL              the URL of the BFF (default http://127.0.0.1:8787)
  PEARSANA_BFF_ACCESS_KEY       your access key
  PEARSANA_BFF_ACCESS_KEY_FILE  or the file that contains it. Without either, the program
                                takes the owner key, which \`npm start\` makes: the file
                                access-key in the BFF's data directory
  BFF_DATA_DIR                  the data directory of a BFF on this machine
                                (default ~/.pearsana-bff)

Fields (for --map and --set)
${fieldTable()}  Instead of a short name, the whole path may be given, as in identity.firstName.

Without a terminal, the program writes each row as a line of JSON to standard output,
and messages to standard error. Exit status: 0 every row is done (check: every row is
valid), 1 some rows are refused or invalid, 2 some rows are unknown or not sent,
64 wrong usage.
`;

/** Reads the command line. @returns `help` if the person asked for it. @throws UsageError */
export function readArguments(args: readonly string[]): Arguments | 'help' {
  const { values, positionals } = parse(args);
  if (values.help || (args.length === 1 && args[0] === 'help')) return 'help';
  const [command, file, ...others] = positionals;
  if (command === undefined) throw new UsageError('Choose a command: check, import, results or doctor.');
  if (!isOneOf(commands, command)) throw new UsageError(`There is no command “${command}”.`);
  if (others.length > 0) throw new UsageError(`Too many arguments: ${others.join(' ')}.`);
  if (command === 'doctor' && file !== undefined) throw new UsageError('doctor takes no file.');
  if (command !== 'doctor' && file === undefined) throw new UsageError(`Name the file: ${command} FILE.`);
  const { operation } = values;
  if (operation !== undefined && !isOneOf(importOperations, operation)) {
    throw new UsageError(`--operation must be one of ${importOperations.join(', ')}.`);
  }
  if (values.rows !== undefined && !/^\d{1,5}$/.test(values.rows))
    throw new UsageError('--rows takes a number.');
  const { pattern } = values;
  if (pattern !== undefined && !pattern.includes('{id}'))
    throw new UsageError(
      "--pattern needs {id} in place of the person's id: --pattern 'transcript-{id}.pdf'.",
    );
  return {
    ...{ command, file, operation, pattern },
    environment: values.environment,
    confirm: values.confirm,
    rows: values.rows === undefined ? undefined : Number(values.rows),
    yes: values.yes ?? false,
    again: values.again ?? false,
    out: values.out,
    // A header may contain equals signs, and so may a value; a field cannot.
    map: pairs('--map', values.map, (pair) => pair.lastIndexOf('=')),
    set: pairs('--set', values.set, (pair) => pair.indexOf('=')),
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const many = { type: 'string', multiple: true } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...{ environment: text, operation: text, confirm: text, rows: text, out: text },
        pattern: text,
        ...{ yes: flag, again: flag, help: flag, map: many, set: many },
      },
    });
  } catch (error) {
    // Node's message names the option. Its second sentence is about syntax that is not ours.
    throw new UsageError((error instanceof Error ? error.message : String(error)).split('. ')[0] ?? '');
  }
}

/** Reads options of the form `NAME=VALUE`. */
function pairs(
  option: string,
  given: readonly string[] | undefined,
  signIn: (pair: string) => number,
): Record<string, string> {
  return Object.fromEntries(
    (given ?? []).map((pair) => {
      const at = signIn(pair);
      if (at <= 0) throw new UsageError(`${option} takes NAME=VALUE, not “${pair}”.`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

function isOneOf<Name extends string>(names: readonly Name[], name: string): name is Name {
  return names.some((each) => each === name);
}

import { parseArgs } from 'node:util';
import { type ImportOperation, importOperations } from '../../shared/import-record.ts';

/** What the program can do. */
const commands = ['check', 'import', 'results', 'doctor'] as const;
export type Command = (typeof commands)[number];

/** What a person has typed. */
export type Arguments = {
  command: Command;
  /** The roster; absent for `doctor`. */
  file: string | undefined;
  environment: string | undefined;
  operation: ImportOperation | undefined;
  /** The protected environment's name once more. */
  confirm: string | undefined;
  /** How many rows a program, which nobody can ask, expects to send to a protected environment. */
  rows: number | undefined;
  yes: boolean;
  map: Record<string, string>;
  set: Record<string, string>;
  again: boolean;
  /** Where the files of results go. */
  out: string | undefined;
};

/** What was typed cannot be understood; the message is for people. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const usage = `Usage: pearsana-partner-client <command> [FILE] [options]

Commands
  check FILE      checks every row, and sends nothing. With --environment it also
                  says who was written to before
  import FILE     sends every row that is ready, each at most once. If it ends
                  early for any reason, run it again: it sends what is left
  results FILE    says what became of every row, and sends nothing
  doctor          checks the BFF, your key, and each environment

Options
  --environment NAME     the environment, such as sandbox
  --operation NAME       createUser, createInvitation or submitDocument
  --map COLUMN=FIELD     the field that a column of the file fills (repeat as needed)
  --set FIELD=VALUE      a value that every row has, such as namespace=SIS (repeat as needed)
  --again                also send rows that were done before, once more
  --yes                  do not ask before sending (never enough for a protected environment)
  --confirm NAME         a protected environment: its name once more
  --rows N               a protected environment, without a terminal: the number of rows
                         that will be sent
  --out FOLDER           where to write the result files (default: beside FILE)
  --help                 this text

Settings (environment variables)
  PEARSANA_BFF_URL              the BFF (default http://127.0.0.1:8787)
  PEARSANA_BFF_ACCESS_KEY       your access key, or …
  PEARSANA_BFF_ACCESS_KEY_FILE  … the file that holds it (default: the key that a BFF on
                                this machine keeps for its owner)

Without a terminal, each row is a line of JSON on standard output, and messages go to
standard error. Exit status: 0 every row is done (check: every row is valid), 1 some
rows are refused or invalid, 2 some are unknown or not sent, 64 wrong use.
`;

/** @returns `help` where somebody asks for it. @throws UsageError */
export function readArguments(args: readonly string[]): Arguments | 'help' {
  const { values, positionals } = parse(args);
  if (values.help || (args.length === 1 && args[0] === 'help')) return 'help';
  const [command, file, ...others] = positionals;
  if (command === undefined) throw new UsageError('Say what to do: check, import, results or doctor.');
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
  return {
    ...{ command, file, operation },
    environment: values.environment,
    confirm: values.confirm,
    rows: values.rows === undefined ? undefined : Number(values.rows),
    yes: values.yes ?? false,
    again: values.again ?? false,
    out: values.out,
    map: pairs('--map', values.map),
    set: pairs('--set', values.set),
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
        ...{ yes: flag, again: flag, help: flag, map: many, set: many },
      },
    });
  } catch (error) {
    // Node's own words name the option; its second sentence is about its own syntax.
    throw new UsageError((error instanceof Error ? error.message : String(error)).split('. ')[0] ?? '');
  }
}

/** `NAME=VALUE`; the value may hold further equals signs. */
function pairs(option: string, given: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    given.map((pair) => {
      const at = pair.indexOf('=');
      if (at <= 0) throw new UsageError(`${option} takes NAME=VALUE, not “${pair}”.`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

function isOneOf<Name extends string>(names: readonly Name[], name: string): name is Name {
  return names.some((each) => each === name);
}

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { none, only, parsed, text, UsageError } from '../command-line/arguments.ts';
import { minute, textTable } from '../command-line/text-table.ts';
import type { JournalStore, KnownWrite } from './journal-store.ts';
import { createSqliteStore } from './sqlite/sqlite-store.ts';

const usage = `Shows the writes of all callers whose outcome is unknown, and records what you found in the Pearsana portal.

Usage: npm run journal -- <command>     (packaged: node dist/server.js journal <command>)

  list [--environment <name>]
      Shows these writes, newest first.
  resolve <id> --happened
      Records that the write happened. Its key is never sent again.
  resolve <id> --did-not-happen
      Records that it did not happen. The same request can be sent again.

Only the list is printed to standard output. The BFF may be running.`;

export type JournalCommand = {
  args: readonly string[];
  /** The data directory. */
  directory: string;
  /** The user at the terminal, who is recorded. */
  operator: string;
  /** Prints lists, and nothing else. */
  toOutput: (line: string) => void;
  /** Prints everything else. */
  say: (line: string) => void;
};

const pageLength = 200;

/** Lists and resolves writes with an unknown outcome. @returns false if the command failed. */
export async function runJournalCommand(command: JournalCommand): Promise<boolean> {
  const { say } = command;
  const [verb, ...args] = command.args;
  try {
    if (verb === 'list') await list({ ...command, args });
    else if (verb === 'resolve') await resolve({ ...command, args });
    else if (verb === undefined || verb === 'help' || verb === '--help') say(usage);
    else throw new UsageError('Unknown command. Use list or resolve.');
    return true;
  } catch (error) {
    say(error instanceof Error ? error.message : 'It failed for an unknown reason.');
    if (error instanceof UsageError) say('\nRun `npm run journal` for help.');
    return false;
  }
}

async function list({ args, directory, say, toOutput }: JournalCommand): Promise<void> {
  const { values, positionals } = parsed(args, { environment: text });
  none(positionals);
  await using journal = await openJournal(directory);
  const writes = await unresolved(journal.store, values.environment);
  if (writes.length === 0) say('No write has an unknown outcome.');
  else
    toOutput(
      textTable([
        ['ID', 'STARTED (UTC)', 'ENVIRONMENT', 'OPERATION', 'CALLER', 'ABOUT', 'CODE', 'REQUEST ID'],
        ...writes.map(cells),
      ]),
    );
}

async function resolve({ args, directory, operator, say }: JournalCommand): Promise<void> {
  const options = { happened: { type: 'boolean' }, 'did-not-happen': { type: 'boolean' } } as const;
  const { values, positionals } = parsed(args, options);
  const id = only(positionals, 'An id is missing. `list` shows them.');
  const happened = values.happened === true;
  if (happened === (values['did-not-happen'] === true))
    throw new UsageError('Say what you found: --happened or --did-not-happen.');
  if (!/^\d{1,15}$/.test(id)) throw new UsageError('An id is a number, as `list` shows it.');
  await using journal = await openJournal(directory);
  const write = await journal.store.resolve({}, id, { happened, by: operator });
  if (!write) throw new Error(`No write has the id ${id}.`);
  const what = `${write.operation} in ${write.environment}, sent by ${write.caller}`;
  if (write.state === 'in_flight') throw new Error(`Nothing was changed: ${what}, is being sent right now.`);
  if (write.resolved?.happened !== happened)
    throw new Error(`Nothing was changed: the outcome of ${what}, is known already. It is ${write.state}.`);
  say(
    happened
      ? `Recorded: ${what}, happened. Its key will not be sent again.`
      : `Recorded: ${what}, did not happen. The same request can be sent again.`,
  );
}

/** Opens the journal of a data directory. It does not create one. */
async function openJournal(directory: string): Promise<{ store: JournalStore } & AsyncDisposable> {
  if (!statSync(join(directory, 'journal.sqlite'), { throwIfNoEntry: false }))
    throw new Error(`There is no journal in ${directory} yet. BFF_DATA_DIR names the data directory.`);
  const store = createSqliteStore({ directory });
  const close = async () => void (await store.close());
  try {
    await store.open();
  } catch (error) {
    await close();
    throw error;
  }
  return { store, [Symbol.asyncDispose]: close };
}

/** The unresolved writes, which come first in everybody's activity. */
async function unresolved(store: JournalStore, environment: string | undefined): Promise<KnownWrite[]> {
  const found: KnownWrite[] = [];
  let before: string | undefined;
  for (;;) {
    const page = await store.activity({ environment }, pageLength, before);
    const unknown = page.writes.filter(({ state }) => state === 'unknown');
    found.push(...unknown);
    if (page.next === null || unknown.length < page.writes.length) return found;
    before = page.next;
  }
}

function cells(write: KnownWrite): string[] {
  const { id, startedAt, environment, operation, caller, externalReferences, code, requestId } = write;
  const about = externalReferences.map(({ namespace, externalId }) => `${namespace} ${externalId}`);
  // References are text from callers, which must not contain control sequences for the terminal.
  const plain = about.join(', ').replaceAll(/\p{C}/gu, '?');
  return [id, minute(startedAt), environment, operation, caller ?? '', plain, code ?? '', requestId];
}

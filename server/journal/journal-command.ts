import { type WriteState, writeState } from '../../shared/activity.ts';
import type { ExternalReference } from '../../shared/fields.ts';
import { none, only, parsed, text, UsageError } from '../command-line/arguments.ts';
import { startedAs } from '../command-line/started-as.ts';
import { minute, textTable } from '../command-line/text-table.ts';
import type { JournalStore, RecordedWrite, WantedWrites, Whose } from './journal-store.ts';

const usage = () => `Shows what all callers sent, and records what you found in the Pearsana portal.

Usage: ${startedAs('journal')} <command>

  list [--state unknown] [--environment sandbox] [--caller ada] [--person 'SIS 20261234'] [--since …] [--until …] [--json]
      Shows the writes whose outcome is unknown, newest first. Any filter but --environment shows all states.
      --state    in_flight, succeeded, not_sent, refused, unknown, or all
      --since    a time in UTC, such as 2026-01-30T10:03, or how long ago, such as 2h; so does --until
      --json     one JSON object a line, with Pearsana's request id
  resolve <id> --happened
      Records that the write happened. Its key is never sent again.
  resolve <id> --did-not-happen
      Records that it did not happen. The same request can be sent again.
  backup <folder>
      Writes a copy of the whole data directory into a new folder. Copying journal.sqlite alone would lose writes.

Only the list is printed to standard output. The BFF may be running.`;

/** Where the journal of this BFF is. Neither function creates one. */
export type JournalPlace = {
  /** @throws Error in words if there is no journal yet. */
  open(): Promise<JournalStore>;
  /** Copies it into a new folder, while the BFF may be running. @returns what was copied, in words. */
  backUp(folder: string): string;
};

type JournalCommand = {
  args: readonly string[];
  place: JournalPlace;
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
    else if (verb === 'backup') backUp({ ...command, args });
    else if (verb === undefined || verb === 'help' || verb === '--help') say(usage());
    else throw new UsageError('Unknown command. Use list, resolve or backup.');
    return true;
  } catch (error) {
    say(error instanceof Error ? error.message : 'It failed for an unknown reason.');
    if (error instanceof UsageError) say(`\nRun \`${startedAs('journal')} help\` for help.`);
    return false;
  }
}

async function list({ args, place, say, toOutput }: JournalCommand): Promise<void> {
  const { values, positionals } = parsed(args, {
    ...{ environment: text, caller: text, person: text, state: text, since: text, until: text },
    json: { type: 'boolean' },
  });
  none(positionals);
  const { environment, caller, person, json } = values;
  const since = checkedTime('--since', values.since);
  const until = checkedTime('--until', values.until);
  const filtered = [caller, person, since, until].some((each) => each !== undefined);
  const state = checkedState(values.state ?? (filtered ? 'all' : 'unknown'));
  await using journal = await openJournal(place);
  const isAbout = person === undefined ? () => true : aboutPerson(checkedPerson(person));
  let count = 0;
  const table: string[][] = [];
  for await (const write of writesIn(journal.store, { environment, caller }, { state })) {
    // Unresolved writes come before newer ones, so an older one is not the end.
    if (since !== undefined && write.startedAt < since) continue;
    if (until !== undefined && write.startedAt > until) continue;
    if (!isAbout(write)) continue;
    count += 1;
    if (json) toOutput(JSON.stringify(write));
    else table.push(cells(write));
  }
  if (count === 0) say(state === 'unknown' ? 'No write has an unknown outcome.' : 'There is no such write.');
  else if (!json) {
    toOutput(
      textTable([
        [
          ...['ID', 'STARTED (UTC)', 'ENVIRONMENT', 'OPERATION', 'CALLER', 'ABOUT', 'STATE', 'CODE'],
          ...['REQUEST ID', 'PEARSANA’S REQUEST ID'],
        ],
        ...table,
      ]),
    );
  }
}

/** A state of the contract; undefined for all of them. */
function checkedState(given: string): WriteState | undefined {
  if (given === 'all') return undefined;
  const state = writeState.def.values.find((each) => each === given);
  if (state) return state;
  throw new UsageError(`--state takes one of ${writeState.def.values.join(', ')}, or all.`);
}

/** A namespace and an external ID, as the list shows them. */
function checkedPerson(given: string): ExternalReference {
  const [, namespace, externalId] = /^(\S+) (.+)$/.exec(given) ?? [];
  if (namespace === undefined || externalId === undefined)
    throw new UsageError("--person takes a namespace and an external ID, such as --person 'SIS 20261234'.");
  return { namespace, externalId };
}

/** The store finds people in one environment only, and an operator asks about all of them. */
const aboutPerson =
  ({ namespace, externalId }: ExternalReference) =>
  ({ externalReferences }: RecordedWrite) =>
    externalReferences.some((each) => each.namespace === namespace && each.externalId === externalId);

const agoMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A time in UTC, or how long ago; ISO 8601. */
function checkedTime(option: string, given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const [, number, unit] = /^(\d{1,6})([mhd])$/.exec(given) ?? [];
  if (unit !== undefined)
    return new Date(Date.now() - Number(number) * agoMs[unit as keyof typeof agoMs]).toISOString();
  const [, day, time = '00:00', seconds = ':00'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?Z?)?$/.exec(given) ?? [];
  const at = new Date(`${day}T${time}${seconds}Z`);
  if (day !== undefined && !Number.isNaN(at.getTime())) return at.toISOString();
  throw new UsageError(
    `${option} takes a time in UTC, such as 2026-01-30T10:03, or how long ago, such as 30m, 2h or 7d.`,
  );
}

async function resolve({ args, place, operator, say }: JournalCommand): Promise<void> {
  const options = { happened: { type: 'boolean' }, 'did-not-happen': { type: 'boolean' } } as const;
  const { values, positionals } = parsed(args, options);
  const id = only(positionals, 'An id is missing. `list` shows them.');
  const happened = values.happened === true;
  if (happened === (values['did-not-happen'] === true))
    throw new UsageError('Say what you found: --happened or --did-not-happen.');
  if (!/^\d{1,15}$/.test(id)) throw new UsageError('An id is a number, as `list` shows it.');
  await using journal = await openJournal(place);
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

function backUp({ args, place, say }: JournalCommand): void {
  const folder = only(parsed(args, {}).positionals, 'Name a new folder for the backup.');
  say(place.backUp(folder));
}

async function openJournal(place: JournalPlace): Promise<{ store: JournalStore } & AsyncDisposable> {
  const store = await place.open();
  return { store, [Symbol.asyncDispose]: async () => void (await store.close()) };
}

/** All pages, one after another. */
async function* writesIn(
  store: JournalStore,
  whose: Whose,
  wanted: WantedWrites,
): AsyncGenerator<RecordedWrite> {
  let before: string | undefined;
  do {
    const page = await store.activity(whose, pageLength, before, wanted);
    yield* page.writes;
    before = page.next ?? undefined;
  } while (before !== undefined);
}

function cells(write: RecordedWrite): string[] {
  const { id, startedAt, environment, operation, caller, externalReferences } = write;
  const { state, code, requestId, partnerRequestId } = write;
  const about = externalReferences.map(({ namespace, externalId }) => `${namespace} ${externalId}`);
  // References are text from callers, which must not contain control sequences for the terminal.
  const plain = about.join(', ').replaceAll(/\p{C}/gu, '?');
  return [
    ...[id, minute(startedAt), environment, operation, caller ?? '', plain],
    ...[state, code ?? '', requestId, partnerRequestId ?? ''],
  ];
}

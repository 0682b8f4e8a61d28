import { none, only, parsed, text, UsageError } from '../command-line/arguments.ts';
import { startedAs } from '../command-line/started-as.ts';
import type { Secret } from '../secret.ts';
import { checkedDuration, checkedGrants, checkedName } from './access-arguments.ts';
import { type AccessKeyEntry, isExpired } from './access-file.ts';
import { newKey, ownCaller } from './access-keys.ts';
import { replaceFirstKey } from './first-key.ts';
import { parseGrant } from './grants.ts';
import type { KeyPlace } from './key-store.ts';
import { keyTable } from './key-table.ts';

const usage =
  () => `Manages the access keys of people, tools and services. A running BFF picks up each change within about a second.

Usage: ${startedAs('access')} <command>

  add <name> --grant <environment:operation> [--grant …] [--expires 90d] [--again] [--force]
      Makes a key and shows it once. * means all: --grant 'sandbox:*' --grant production:ping
      --force allows a grant for an environment that is not configured here.
      --again allows a name that was removed in the last 30 days, if it is the same person.
  list
      Shows the keys: name, grants, expiry, and when each was last used.
  rotate <name|id> [--keep 24h] [--expires 90d]
      Makes a new key with the same name and grants. --keep leaves the old key valid for that long.
      rotate access-key does so for the owner key that the BFF made at its first start; the old one ends at once.
  remove <name|id>
      Removes the key. A name removes every key of that name.

Only keys and lists are printed to standard output.`;

const nameMissing = 'A name is missing, such as ada-laptop.';

type AccessCommand = {
  args: readonly string[];
  place: KeyPlace;
  /** Where the owner's key is. */
  dataDirectory: string;
  /** The names of the configured environments; undefined if the configuration cannot be read. */
  environments: readonly string[] | undefined;
  /** Prints keys and lists, and nothing else. */
  toOutput: (line: string) => void;
  /** Prints everything else. */
  say: (line: string) => void;
};

/** Adds, lists, removes and rotates the keys of the access file. @returns false if the command failed. */
export async function runAccessCommand(command: AccessCommand): Promise<boolean> {
  const { say } = command;
  const [verb, ...args] = command.args;
  try {
    if (verb === 'add') await add({ ...command, args });
    else if (verb === 'list') await list({ ...command, args });
    else if (verb === 'remove') await remove({ ...command, args });
    else if (verb === 'rotate') await rotate({ ...command, args });
    else if (verb === undefined || verb === 'help' || verb === '--help') say(usage());
    else throw new UsageError('Unknown command. Choose from: add, list, rotate, remove.');
    return true;
  } catch (error) {
    say(error instanceof Error ? error.message : 'The command failed for an unknown reason.');
    if (error instanceof UsageError) say(`\nRun \`${startedAs('access')} help\` for help.`);
    return false;
  }
}

async function add({ args, place, environments, say, toOutput }: AccessCommand): Promise<void> {
  const { values, positionals } = parsed(args, {
    grant: { type: 'string', multiple: true },
    expires: text,
    again: { type: 'boolean' },
    force: { type: 'boolean' },
  });
  const name = checkedName(only(positionals, nameMissing));
  const grants = checkedGrants(values.grant);
  const lifetimeMs = checkedDuration('--expires', values.expires) ?? null;
  if (!values.force) refuseForeignEnvironments(grants, environments);

  const { key, entry } = newKey({ name, grants, origin: 'cli', lifetimeMs });
  await place.change((keys, removed) => {
    if (removed.includes(name) && !values.again) {
      throw new UsageError(
        `The name ${name} was removed less than 30 days ago. Whoever gets it can see and retry what its former holder sent. Choose another name, or add --again if it is the same person.`,
      );
    }
    if (keys.some((each) => each.name === name)) {
      throw new UsageError(
        `A key named ${name} exists already. Rotate or remove it, or choose another name.`,
      );
    }
    return [...keys, entry];
  });
  say(
    `Added ${name} (${entry.id}) with ${grants.length === 1 ? 'grant' : 'grants'} ${grants.join(', ')}. ${endOf(entry)}`,
  );
  say(`It is valid at ${place.where}.`);
  hand(key, { say, toOutput });
}

async function list({ args, place, say, toOutput }: AccessCommand): Promise<void> {
  none(parsed(args, {}).positionals);
  const { keys, lastUse } = await place.read();
  if (keys.length === 0)
    say(`No keys yet. Add one: ${startedAs('access')} add <name> --grant <environment:operation>`);
  else toOutput(keyTable(keys, lastUse));
}

async function remove({ args, place, say }: AccessCommand): Promise<void> {
  const which = only(parsed(args, {}).positionals, nameMissing);
  let removed: AccessKeyEntry[] = [];
  await place.change((keys) => {
    removed = those(keys, which);
    return keys.filter((each) => !removed.includes(each));
  });
  for (const { id, name } of removed) say(`Removed ${name} (${id}). It no longer works.`);
}

async function rotate({ args, place, dataDirectory, say, toOutput }: AccessCommand): Promise<void> {
  const { values, positionals } = parsed(args, { keep: text, expires: text });
  const which = only(positionals, nameMissing);
  const keepMs = checkedDuration('--keep', values.keep);
  const expiresMs = checkedDuration('--expires', values.expires);
  if (which === ownCaller.id) {
    rotateOwnKey({ dataDirectory, say, toOutput }, [keepMs, expiresMs]);
    return;
  }
  const now = Date.now();
  let made: ReturnType<typeof newKey> | undefined;
  let kept: AccessKeyEntry[] = [];
  await place.change((keys) => {
    const old = those(keys, which);
    const model = old.at(-1);
    if (model?.origin !== 'cli') {
      throw new UsageError(
        'This key was made when somebody signed in, and cannot be rotated. They get a new one by signing in again.',
      );
    }
    const { name, grants } = model;
    made = newKey({ name, grants, origin: 'cli', lifetimeMs: expiresMs ?? lifetimeOf(model) });
    kept =
      keepMs === undefined
        ? []
        : old.map((each) => endedBy(each, now + keepMs)).filter((each) => !isExpired(each));
    return [...keys.filter((each) => !old.includes(each)), ...kept, made.entry];
  });
  if (!made) return;
  const { key, entry } = made;
  say(`Rotated ${entry.name}: the new key is ${entry.id}. ${endOf(entry)}`);
  for (const each of kept) say(`The old key (${each.id}) still works. ${endOf(each)}`);
  if (kept.length === 0) say('The old key no longer works.');
  hand(key, { say, toOutput });
}

/** The owner's key is in a file of its own, and works until it is rotated. */
function rotateOwnKey(
  { dataDirectory, say, toOutput }: Pick<AccessCommand, 'dataDirectory' | 'say' | 'toOutput'>,
  lengths: readonly (number | undefined)[],
): void {
  if (lengths.some((length) => length !== undefined))
    throw new UsageError('The owner key takes neither --keep nor --expires.');
  const { accessKey, file } = replaceFirstKey(dataDirectory);
  say(`Rotated the owner key, which is kept in ${file}. The old key no longer works.`);
  say(
    'If BFF_ACCESS_KEY is set, that one is the owner key instead: change it there, and start the BFF again.',
  );
  hand(accessKey, { say, toOutput });
}

function those(keys: readonly AccessKeyEntry[], which: string): AccessKeyEntry[] {
  const found = keys.filter(({ id, name }) => id === which || name === which);
  if (found.length === 0)
    throw new UsageError(`No key has that name or id. Run \`${startedAs('access')} list\` to see all keys.`);
  return found;
}

/** The lifetime that the key was made with. */
function lifetimeOf({ createdAt, expiresAt }: AccessKeyEntry): number | null {
  return expiresAt === null ? null : Date.parse(expiresAt) - Date.parse(createdAt);
}

function endedBy(entry: AccessKeyEntry, end: number): AccessKeyEntry {
  const own = entry.expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(entry.expiresAt);
  return { ...entry, expiresAt: new Date(Math.min(own, end)).toISOString() };
}

function endOf({ expiresAt }: AccessKeyEntry): string {
  return expiresAt === null
    ? 'It does not expire.'
    : `It expires on ${expiresAt.slice(0, 10)} at ${expiresAt.slice(11, 16)} UTC.`;
}

function hand(key: Secret, { say, toOutput }: Pick<AccessCommand, 'say' | 'toOutput'>): void {
  say('Copy the key now. It cannot be shown again:');
  toOutput(key.reveal());
}

/** A mistyped environment would grant nothing, and nobody would notice. */
function refuseForeignEnvironments(
  grants: readonly string[],
  configured: readonly string[] | undefined,
): void {
  if (!configured) return;
  const named = new Set(grants.map((grant) => parseGrant(grant)?.environment ?? '*'));
  const foreign = [...named].filter((name) => name !== '*' && !configured.includes(name));
  if (foreign.length === 0) return;
  const which =
    foreign.length === 1 ? `The environment ${foreign[0]} is` : `The environments ${foreign.join(', ')} are`;
  throw new UsageError(
    `${which} not configured here. Configured: ${configured.join(', ')}. If you configure it later, add --force.`,
  );
}

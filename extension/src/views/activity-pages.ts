import type { ActivityEntry, ActivityFilter, WriteState } from '../../../shared/activity.ts';
import type { Client } from '../../../shared/client.ts';
import type { ExternalReference } from '../../../shared/fields.ts';
import type { ImportRecord } from '../../../shared/import-record.ts';

/** A write, and where it was sent. */
export type Write = ActivityEntry & { environment: string };

/** What the user wants to see; nothing means all. */
export type Wanted = { state?: WriteState; person?: ExternalReference };

/** The rows of one import, or what else was sent in an environment. */
export type Place = { environment: string; importId?: string };

/** What was sent somewhere, newest first, without the writes that nobody knows the outcome of: they have a place of their own. */
export type Page = { writes: Write[]; imports: ImportRecord[]; hasMore: boolean };

export type ActivityPages = {
  wanted(): Wanted;
  setWanted(wanted: Wanted): void;
  /** As much as was asked for. @throws ClientError */
  page(place: Place): Promise<Page>;
  /** From then on there is one page more. */
  more(place: Place): void;
  /** The writes with an unknown outcome. An environment that can't be asked has none. */
  unresolved(environments: readonly string[]): Promise<Write[]>;
  /** Adds what was sent since, by one call. What was never asked for is not asked for now. */
  catchUp(environment: string): Promise<void>;
  /** What is known of it is asked for anew; without an environment, everything. */
  forget(environment?: string): void;
  /** A write that is shown or was sent. @throws ClientError */
  find(environment: string, requestId: string): Promise<Write | undefined>;
};

/** The BFF has fifty on a page; so many unresolved ones in one environment are a case for its administrator. */
const mostPages = 20;

type Ask = {
  activity: Client['activity'];
  /** The newest imports; none where the BFF knows of none. */
  imports: (environment: string) => Promise<ImportRecord[]>;
};

export function createActivityPages({ activity, imports }: Ask): ActivityPages {
  const pages = new Map<string, { place: Place; page: Promise<Page> }>();
  const pagesWanted = new Map<string, number>();
  const unresolved = new Map<string, Promise<Write[]>>();
  const writes = new Map<string, Write>();
  let wanted: Wanted = {};
  const keyOf = ({ environment, importId = '' }: Place) => `${environment} ${importId}`;

  async function ask(environment: string, filter: ActivityFilter & { before?: string }) {
    const answer = await activity({ environment, ...filter });
    // A BFF of an older version takes no notice of a filter.
    const found = answer.activity.filter((entry) => isWanted(entry, filter));
    const here = found.map((entry) => ({ ...entry, environment }));
    for (const each of here) writes.set(`${environment} ${each.id}`, each);
    return { writes: here, next: answer.next };
  }

  /** Pages until there are so many that show something, or no more. */
  async function read(
    environment: string,
    filter: ActivityFilter,
    most: number,
    shows: WriteState | 'others',
  ) {
    const all: Write[] = [];
    let next: string | null = null;
    for (let shown = 0; shown < most; ) {
      const page = await ask(environment, { ...filter, ...(next !== null && { before: next }) });
      const fitting = page.writes.filter(({ state }) => (state === 'unknown') === (shows === 'unknown'));
      all.push(...fitting);
      if (fitting.length > 0) shown += 1;
      ({ next } = page);
      if (next === null) break;
    }
    return { writes: all, hasMore: next !== null };
  }

  async function readPage(place: Place): Promise<Page> {
    const { environment, importId } = place;
    const { state, person } = wanted;
    const isFiltered = state !== undefined || person !== undefined;
    const group = importId ?? (isFiltered ? undefined : 'none');
    const filter = { ...(state && { state }), ...person, ...(group !== undefined && { import: group }) };
    // Of an import's thousands of rows, those that failed may be on its last page.
    const firstOf = async (only: WriteState) =>
      importId !== undefined && state === undefined
        ? (await ask(environment, { ...filter, state: only })).writes
        : [];
    const [{ writes: newest, hasMore }, refused, notSent, records] = await Promise.all([
      read(environment, filter, pagesWanted.get(keyOf(place)) ?? 1, 'others'),
      firstOf('refused'),
      firstOf('not_sent'),
      group === 'none' ? imports(environment) : [],
    ]);
    const found = [...new Map([...newest, ...refused, ...notSent].map((each) => [each.id, each])).values()];
    const oldest = hasMore ? (newest.at(-1)?.startedAt ?? '') : '';
    const begun = records.filter(({ counts }) => Object.values(counts).some((count) => count > 0));
    return { writes: found, imports: begun.filter(({ startedAt }) => startedAt >= oldest), hasMore };
  }

  function kept<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
    const value = map.get(key) ?? make();
    map.set(key, value);
    return value;
  }

  function forget(environment?: string): void {
    for (const [key, { place }] of pages)
      if (environment === undefined || place.environment === environment) pages.delete(key);
    if (environment === undefined) {
      unresolved.clear();
      writes.clear();
    } else unresolved.delete(environment);
  }

  const isKnownHere = (environment: string) =>
    pages.has(keyOf({ environment })) || unresolved.has(environment);

  /** @throws ClientError */
  async function addNewest(environment: string): Promise<void> {
    const asked = wanted;
    const { state, person } = wanted;
    const isFiltered = state !== undefined || person !== undefined;
    const key = keyOf({ environment });
    const [held, heldUnresolved] = [pages.get(key), unresolved.get(environment)];
    const { writes: found, next } = await ask(environment, {
      ...person,
      ...(!isFiltered && { import: 'none' }),
    });
    const [page, others] = [await held?.page, await heldUnresolved];
    // Whoever forgot or filtered meanwhile asks for all of it.
    if (asked !== wanted) return;
    const ids = new Set(found.map(({ id }) => id));
    const isOld = ({ id }: Write) => !ids.has(id);
    if (others && unresolved.get(environment) === heldUnresolved)
      unresolved.set(
        environment,
        Promise.resolve([...found.filter((each) => each.state === 'unknown'), ...others.filter(isOld)]),
      );
    if (!held || !page || pages.get(key) !== held) return;
    const newest = found.filter((each) => each.state !== 'unknown' && each.state === (state ?? each.state));
    const older = page.writes.filter(isOld);
    const joins = next === null || older.length < page.writes.length || page.writes.length === 0;
    // Where more was sent since than a page holds, or every line of it is unresolved, the list begins again.
    if (!joins || (newest.length === 0 && state === undefined && next !== null)) {
      pages.delete(key);
      return;
    }
    const writes = [...newest, ...older].sort((one, other) => other.startedAt.localeCompare(one.startedAt));
    pages.set(key, { ...held, page: Promise.resolve({ ...page, writes }) });
  }

  return {
    wanted: () => wanted,
    setWanted(next) {
      wanted = next;
      pages.clear();
      pagesWanted.clear();
      unresolved.clear();
    },
    page(place) {
      const key = keyOf(place);
      const { page } = kept(pages, key, () => ({ place, page: readPage(place) }));
      // A failure is shown, and the next look asks again.
      page.catch(() => pages.delete(key));
      return page;
    },
    more(place) {
      const key = keyOf(place);
      pagesWanted.set(key, (pagesWanted.get(key) ?? 1) + 1);
      pages.delete(key);
    },
    async unresolved(environments) {
      const { person } = wanted;
      const lists = environments.map((environment) =>
        kept(unresolved, environment, () =>
          read(environment, { state: 'unknown', ...person }, mostPages, 'unknown').then(
            ({ writes: found }) => found,
            () => {
              unresolved.delete(environment);
              return [];
            },
          ),
        ),
      );
      const all = (await Promise.all(lists)).flat();
      return all.sort((one, other) => other.startedAt.localeCompare(one.startedAt));
    },
    async catchUp(environment) {
      if (!isKnownHere(environment)) return;
      // Then the next look asks for all of it, and shows what is wrong.
      await addNewest(environment).catch(() => forget(environment));
    },
    forget,
    async find(environment, requestId) {
      const isIt = (each: Write) => each.environment === environment && each.requestId === requestId;
      const known = [...writes.values()].find(isIt);
      if (known) return known;
      let before: string | undefined;
      do {
        const page = await ask(environment, { ...(before !== undefined && { before }) });
        const found = page.writes.find(isIt);
        if (found) return found;
        before = page.next ?? undefined;
      } while (before !== undefined);
      return undefined;
    },
  };
}

function isWanted(entry: ActivityEntry, filter: ActivityFilter): boolean {
  const { state = entry.state, namespace, externalId, import: importId = 'none' } = filter;
  const isTheirs =
    namespace === undefined ||
    entry.externalReferences.some(
      (each) => isSame(each.namespace, namespace) && isSame(each.externalId, externalId),
    );
  return entry.state === state && isTheirs && (importId === 'none' || entry.importId === importId);
}

/** As the BFF compares them: two ways to write an id that nobody can tell apart are one. */
function isSame(one: string, other: string | undefined): boolean {
  return one.normalize('NFKC').trim() === other?.normalize('NFKC').trim();
}

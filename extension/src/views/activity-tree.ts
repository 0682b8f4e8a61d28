import * as vscode from 'vscode';
import type { WriteState } from '../../../shared/activity.ts';
import type { Environment } from '../../../shared/environments.ts';
import type { ImportRecord } from '../../../shared/import-record.ts';
import type { Backend } from '../backend.ts';
import type { EnvironmentArgument, WriteReference } from '../contributions.ts';
import type { EnvironmentList } from '../environment-list.ts';
import { failureOf } from '../failures/command-failure.ts';
import { explain } from '../failures/explain-failure.ts';
import { retryList } from '../failures/remedies.ts';
import type { Situation } from '../failures/situation.ts';
import { activityItem } from './activity-item.ts';
import { type ActivityPages, createActivityPages, type Place, type Write } from './activity-pages.ts';
import {
  environmentRow,
  importRow,
  moreRow,
  nothingRow,
  unresolvedRow,
  unresolvedWords,
  wantedWords,
  writeRow,
} from './activity-words.ts';
import { createCatchUp } from './catch-up.ts';
import { failedListRows, type Row } from './row.ts';

/** A line of the view. A write's is what its commands are given: `{ environment, requestId }`, and nothing else. */
export type ActivityNode =
  | EnvironmentArgument
  | WriteReference
  | Place
  | { group: 'unresolved' }
  | { row: Row };

/** The view as VS Code has it, and how it is told what has changed. */
export type ActivityView = {
  view: vscode.TreeView<ActivityNode>;
  changes: vscode.EventEmitter<ActivityNode | ActivityNode[] | undefined>;
};

export type ActivityTreeDependencies = ActivityView & {
  backend: Pick<Backend, 'activity' | 'imports' | 'origin'>;
  list: EnvironmentList;
  situation: () => Situation;
  /** What can be done with a write, beside what can be done with each: words for the menus' conditions. */
  possible: (write: Write) => readonly string[];
  /** The name of the file that an import was made from, where this VS Code has sent it. */
  fileNameOf: (importId: string) => string | undefined;
  /** Why a write failed, where this window was told. */
  reasonOf: (requestId: string) => string | undefined;
};

export type ActivityTree = {
  pages: ActivityPages;
  children(node: ActivityNode | undefined): Promise<ActivityNode[]>;
  item(node: ActivityNode): vscode.TreeItem;
  /** The write of a line. */
  writeOf(node: object): Write | undefined;
  /** Asks for the writes that nobody knows the outcome of, and counts them on the view's badge. */
  unresolved(): Promise<Write[]>;
  /** Asks again for what was sent in an environment; without one, everywhere. */
  refresh(environment?: string): void;
  /** Shows what was sent: now, or once somebody looks. */
  written(written: Written): void;
  /** Shows one page more of a list, which its last line names. */
  more(place: unknown): void;
  dispose(): void;
};

/** What was sent from this window, a write or the rows of an import. */
export type Written = {
  environment: string;
  /** Whether an outcome is unknown, which the view's badge counts. */
  isUnknown: boolean;
  isImport?: boolean;
};

/** In the order in which somebody has to look at them. */
const attention: readonly WriteState[] = ['unknown', 'refused', 'not_sent', 'in_flight', 'succeeded'];

/** The ages are in minutes. */
const ageRefreshMs = 30_000;

/** What was sent: first what nobody knows the outcome of, then each environment, asked for when it is opened. */
export function createActivityTree(dependencies: ActivityTreeDependencies): ActivityTree {
  const { backend, list, situation, view, changes, possible, fileNameOf, reasonOf } = dependencies;
  const pages = createActivityPages({ activity: backend.activity, imports: importsIn });
  // VS Code knows a node again by its identity.
  const nodes = new Map<string, ActivityNode>();
  const items = new WeakMap<ActivityNode, () => vscode.TreeItem>();
  const writes = new WeakMap<object, Write>();

  function nodeOf(id: string, made: ActivityNode, item: () => vscode.TreeItem): ActivityNode {
    const node = nodes.get(id) ?? made;
    nodes.set(id, node);
    items.set(node, item);
    return node;
  }

  function rowNode(row: Row, parent: string): ActivityNode {
    const own = { ...row, id: `${parent}/${row.id}` };
    return nodeOf(own.id, { row: own }, () => activityItem(own));
  }

  /** @param place names the environment where a list has those of several. */
  function writeNode(write: Write, place?: string): ActivityNode {
    const { environment, requestId } = write;
    const { id } = writeRow(write, 0);
    const node = nodeOf(id, { environment, requestId }, () =>
      activityItem(writeRow(write, Date.now(), place, reasonOf(requestId)), {
        words: ['write', write.state, ...possible(write)].join(' '),
        open: { title: 'Open Details', command: 'pearsana.showWrite', arguments: [node] },
      }),
    );
    writes.set(node, write);
    return node;
  }

  function environmentNode(environment: Environment, opens: 'expanded' | 'collapsed'): ActivityNode {
    const row = environmentRow(environment);
    return nodeOf(row.id, { environment: environment.id }, () => activityItem(row, { opens }));
  }

  function importNode(record: ImportRecord): ActivityNode {
    const { environment, id: importId } = record;
    return nodeOf(importId, { environment, importId }, () =>
      activityItem(importRow(record, Date.now(), fileNameOf(importId)), {
        words: `import ${record.state === 'open' ? 'open' : 'ended'}`,
        opens: 'collapsed',
      }),
    );
  }

  async function importsIn(environment: string): Promise<ImportRecord[]> {
    // An older BFF has no imports.
    const none = { imports: [] };
    const { imports } = await backend
      .imports(backend.origin())
      .imports({ environment })
      .catch(() => none);
    return imports;
  }

  async function unresolved(): Promise<Write[]> {
    const state = list.state();
    const environments = state.kind === 'listed' ? state.environments : [];
    const found = await pages.unresolved(environments.map(({ id }) => id));
    const value = found.length;
    view.badge = value > 0 ? { value, tooltip: unresolvedWords(value) } : undefined;
    return found;
  }

  async function rootNodes(): Promise<ActivityNode[]> {
    const state = await list.load();
    if (state.kind !== 'listed') {
      view.badge = undefined;
      // What went wrong is said once, above the environments; the view's welcome leads there.
      view.message = '';
      return [];
    }
    const { environments } = state;
    const wanted = wantedWords(pages.wanted());
    if (environments.length === 0) view.message = 'Your key has no access to any environment.';
    else view.message = wanted && `Showing only: ${wanted}`;
    const found = await unresolved();
    // It is about these alone.
    const { state: only = 'unknown' } = pages.wanted();
    const group = nodeOf('unresolved', { group: 'unresolved' }, () =>
      activityItem(unresolvedRow(found.length), { words: 'unresolved', opens: 'expanded' }),
    );
    const opens = environments.length === 1 ? 'expanded' : 'collapsed';
    const matching = wanted ? await whereSome(environments) : environments;
    const all = matching.map((each) => environmentNode(each, opens));
    const nodes = found.length > 0 && only === 'unknown' ? [group, ...all] : all;
    return nodes.length > 0 || !wanted ? nodes : [rowNode(nothingRow(true), 'root')];
  }

  /** Where the filter finds something, or nobody knows. */
  async function whereSome(environments: readonly Environment[]): Promise<Environment[]> {
    const some = environments.map(async (each) => {
      const page = await pages.page({ environment: each.id }).catch(() => undefined);
      return !page || page.hasMore || page.writes.length > 0 ? [each] : [];
    });
    return (await Promise.all(some)).flat();
  }

  async function placeNodes(place: Place): Promise<ActivityNode[]> {
    const { writes: found, imports, hasMore } = await pages.page(place);
    const shown = [
      ...found.map((write) => ({
        ...{ at: write.startedAt, order: attention.indexOf(write.state), node: writeNode(write) },
      })),
      ...imports.map((record) => ({ at: record.startedAt, order: 0, node: importNode(record) })),
    ].sort((one, other) => other.at.localeCompare(one.at));
    // Of thousands of rows, those that somebody has to look at are few.
    if (place.importId !== undefined) shown.sort((one, other) => one.order - other.order);
    const parent = place.importId ?? place.environment;
    const rest = hasMore
      ? [moreRow(place)]
      : shown.length === 0
        ? [nothingRow(wantedWords(pages.wanted()) !== '')]
        : [];
    return [...shown.map(({ node }) => node), ...rest.map((row) => rowNode(row, parent))];
  }

  function onTime(): void {
    changes.fire([...nodes.values()].filter((node) => 'requestId' in node || 'importId' in node));
  }
  let timer: ReturnType<typeof setInterval> | undefined;
  function onVisibility(): void {
    clearInterval(timer);
    timer = view.visible ? setInterval(onTime, ageRefreshMs) : undefined;
    if (!view.visible) return;
    onTime();
    catchUp.look();
  }
  const catchUp = createCatchUp(
    async (environments) => {
      await Promise.all(environments.map(pages.catchUp));
      // The group of the unresolved ones comes and goes at the root.
      changes.fire(undefined);
      onHidden();
    },
    () => view.visible,
  );
  onVisibility();
  const onHidden = () => {
    if (!view.visible) void unresolved();
  };
  onHidden();
  const subscription = vscode.Disposable.from(
    view.onDidChangeVisibility(onVisibility),
    list.onDidChange((change) => {
      if (change === 'loaded') onHidden();
      if (change !== 'stale') return;
      nodes.clear();
      pages.forget();
      changes.fire(undefined);
    }),
    catchUp,
    { dispose: () => clearInterval(timer) },
  );

  return {
    pages,
    async children(node) {
      if (node === undefined) return rootNodes();
      if ('group' in node) return (await unresolved()).map((write) => writeNode(write, write.environment));
      if ('row' in node || 'requestId' in node) return [];
      return placeNodes(node).catch((error) => {
        const explanation = explain(failureOf(error), situation(), retryList);
        return failedListRows(explanation).map((row) => rowNode(row, node.environment));
      });
    },
    item: (node) => items.get(node)?.() ?? activityItem((node as { row: Row }).row),
    writeOf: (node) => writes.get(node),
    unresolved,
    refresh(environment) {
      pages.forget(environment);
      // The group of the unresolved ones comes and goes at the root.
      changes.fire(undefined);
      onHidden();
    },
    written({ environment, isUnknown, isImport }) {
      // Its rows are in lists of their own, which the newest writes do not show.
      if (isImport) pages.forget(environment);
      // One that was unknown may be so no longer.
      catchUp.note(environment, isUnknown || view.badge !== undefined);
    },
    more(place) {
      const node = [...nodes.values()].find((each) => each === place);
      if (!node || !('environment' in node)) return;
      pages.more(node);
      changes.fire(node);
    },
    dispose: () => subscription.dispose(),
  };
}

import * as vscode from 'vscode';
import type { Environment } from '../../../shared/environments.ts';
import { type EnvironmentArgument, viewId } from '../contributions.ts';
import type { EnvironmentList, ListState } from '../environment-list.ts';
import { explain } from '../failures/explain-failure.ts';
import { retryList } from '../failures/remedies.ts';
import type { Situation } from '../failures/situation.ts';
import { type EnvironmentItem, emptyListRows, environmentItem, pingRows } from './environment-words.ts';
import type { PingHistory } from './ping-history.ts';
import { failedListRows, type Row } from './row.ts';
import { rowItem, themeIcon } from './row-item.ts';

export type TreeDependencies = {
  list: EnvironmentList;
  history: Pick<PingHistory, 'last' | 'onDidRecord'>;
  situation: () => Situation;
};

/** An environment's node is what its commands are given: `{ environment }`, and nothing else. */
type Node = EnvironmentArgument | { row: Row; parent: EnvironmentArgument | undefined };

export type EnvironmentsTree = vscode.Disposable & {
  /** Opens an environment's node, so that its failure is seen; never the view itself. */
  expand(environment: string): void;
};

/** The ages are in minutes. */
const ageRefreshMs = 30_000;

export function createEnvironmentsTree({ list, history, situation }: TreeDependencies): EnvironmentsTree {
  const changes = new vscode.EventEmitter<Node | undefined>();
  // VS Code knows a node again by its identity: one object for each environment, for good.
  const nodes = new Map<string, EnvironmentArgument>();

  function nodeOf(environment: string): EnvironmentArgument {
    const node = nodes.get(environment) ?? { environment };
    nodes.set(environment, node);
    return node;
  }

  const view = vscode.window.createTreeView<Node>(viewId, {
    treeDataProvider: {
      onDidChangeTreeData: changes.event,
      getTreeItem: (node) =>
        'row' in node
          ? rowItem(node.row, node.parent)
          : environmentNodeItem(node.environment, itemOf(node.environment)),
      async getChildren(node) {
        if (node === undefined) return rootNodes(await list.load());
        if ('row' in node) return [];
        const known = lookUp(node.environment);
        if (!known) return [];
        const rows = pingRows(known.environment, known.ping, situation(), Date.now());
        return rows.map((row) => ({ row, parent: node }));
      },
      getParent: (node) => ('row' in node ? node.parent : undefined),
    },
  });

  function rootNodes(state: ListState): Node[] {
    switch (state.kind) {
      case 'listed':
        return state.environments.length > 0
          ? state.environments.map(({ id }) => nodeOf(id))
          : emptyListRows().map((row) => ({ row, parent: undefined }));
      case 'failed': {
        const rows = failedListRows(explain(state.failure, situation(), retryList));
        return rows.map((row) => ({ row, parent: undefined }));
      }
      default:
        // An empty view shows its welcome, which offers to sign in.
        return [];
    }
  }

  function lookUp(id: string) {
    const state = list.state();
    if (state.kind !== 'listed') return undefined;
    const environment: Environment | undefined = state.environments.find((each) => each.id === id);
    return environment && { environment, ping: history.last(state.origin, id) };
  }

  function itemOf(id: string): EnvironmentItem | undefined {
    const known = lookUp(id);
    return known && environmentItem(known.environment, known.ping, situation(), Date.now());
  }

  function refreshAges(): void {
    for (const [id, node] of nodes) if (lookUp(id)?.ping) changes.fire(node);
  }

  let ageTimer: ReturnType<typeof setInterval> | undefined;
  function onVisibility(visible: boolean): void {
    clearInterval(ageTimer);
    ageTimer = undefined;
    if (!visible) return;
    refreshAges();
    ageTimer = setInterval(refreshAges, ageRefreshMs);
    // Whoever comes back has perhaps started the BFF meanwhile.
    if (list.state().kind === 'failed') list.invalidate();
  }
  const visibility = view.onDidChangeVisibility(({ visible }) => onVisibility(visible));
  onVisibility(view.visible);

  const subscriptions = [
    list.onDidChange((change) => {
      if (change === 'stale') changes.fire(undefined);
      else if (change !== 'loaded') for (const id of change) changes.fire(nodeOf(id));
    }),
    history.onDidRecord((environment) => changes.fire(nodeOf(environment))),
  ];

  return {
    expand(environment) {
      if (!view.visible || !lookUp(environment)) return;
      view
        .reveal(nodeOf(environment), { select: false, focus: false, expand: true })
        .then(undefined, () => {});
    },
    dispose() {
      clearInterval(ageTimer);
      vscode.Disposable.from(...subscriptions, visibility, view, changes).dispose();
    },
  };
}

function environmentNodeItem(id: string, item: EnvironmentItem | undefined): vscode.TreeItem {
  const node = new vscode.TreeItem(item?.label ?? id, vscode.TreeItemCollapsibleState.Collapsed);
  node.id = `environment/${id}`;
  if (!item) return node;
  const { label, description, tooltip, icon, color, contextValue } = item;
  node.description = description;
  node.tooltip = tooltip;
  node.iconPath = themeIcon(icon, color);
  node.contextValue = contextValue;
  // Else a screen reader is given the whole tooltip.
  node.accessibilityInformation = { label: `${label}, ${description}` };
  return node;
}

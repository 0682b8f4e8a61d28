import * as vscode from 'vscode';
import type { Environment } from '../../../shared/environments.ts';
import { type EnvironmentArgument, viewId } from '../contributions.ts';
import type { EnvironmentList, ListState } from '../environment-list.ts';
import { explain, sentencesOf } from '../failures/explain-failure.ts';
import { retryList } from '../failures/remedies.ts';
import type { Situation } from '../failures/situation.ts';
import { environmentRows } from './environment-rows.ts';
import { type EnvironmentItem, environmentItem, failedPingMessage } from './environment-words.ts';
import type { AnswerHistory } from './past-answers.ts';
import { createPolling } from './polling.ts';
import { type Row, remedyRows } from './row.ts';
import { rowItem, themeIcon } from './row-item.ts';

export type TreeDependencies = {
  list: EnvironmentList;
  history: Pick<AnswerHistory, 'of' | 'onDidRecord'>;
  situation: () => Situation;
};

/** An environment's node is what its commands are given: `{ environment }`, and nothing else. */
type Node = EnvironmentArgument | { row: Row; parent: EnvironmentArgument | undefined };

/** In ms. Ages are in minutes; a BFF that did not answer is missed sooner. */
const everyMs = { listed: 60_000, other: 15_000 };

export function createEnvironmentsTree({ list, history, situation }: TreeDependencies): vscode.Disposable {
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
        const rows = environmentRows(known.environment, known.answers, situation(), Date.now());
        return rows.map((row) => ({ row, parent: node }));
      },
      getParent: (node) => ('row' in node ? node.parent : undefined),
    },
  });

  function rootNodes(state: ListState): Node[] {
    if (state.kind === 'listed') return state.environments.map(({ id }) => nodeOf(id));
    // Else an empty view shows its welcome, which says what there is to do.
    const remedies = state.kind === 'failed' ? explain(state.failure, situation(), retryList).remedies : [];
    return remedyRows('list', remedies).map((row) => ({ row, parent: undefined }));
  }

  /** Above the rows, since a sentence is cut in one of them. */
  function messageOf(state: ListState): string | undefined {
    if (state.kind === 'failed') return sentencesOf(explain(state.failure, situation(), retryList));
    if (state.kind !== 'listed') return undefined;
    const { origin, environments } = state;
    const known = environments.map((environment) => ({
      environment,
      ping: history.of(origin, environment.id).ping,
    }));
    return failedPingMessage(known, situation());
  }

  let shownOf = '';
  function showMessage(): void {
    const state = list.state();
    const { backend } = situation();
    // While it is asked for anew, what is shown may stay, unless it is about another BFF.
    if (state.kind === 'unknown' && backend === shownOf) return;
    shownOf = backend;
    view.message = messageOf(state) ?? '';
  }

  function lookUp(id: string) {
    const state = list.state();
    if (state.kind !== 'listed') return undefined;
    const environment: Environment | undefined = state.environments.find((each) => each.id === id);
    return environment && { environment, answers: history.of(state.origin, id) };
  }

  function itemOf(id: string): EnvironmentItem | undefined {
    const known = lookUp(id);
    return known && environmentItem(known.environment, known.answers, situation(), Date.now());
  }

  /** So that a failure is seen; never opens the view itself. */
  function expand(environment: string): void {
    if (!view.visible || !lookUp(environment)) return;
    view.reveal(nodeOf(environment), { select: false, focus: false, expand: true }).then(undefined, () => {});
  }

  function refresh(): void {
    for (const [id, node] of nodes) if (lookUp(id)?.answers.ping) changes.fire(node);
    void list.update();
  }
  const polling = createPolling(refresh, () =>
    list.state().kind === 'listed' ? everyMs.listed : everyMs.other,
  );
  const watch = () => polling.watch(view.visible && vscode.window.state.focused);
  watch();

  return vscode.Disposable.from(
    polling,
    view.onDidChangeVisibility(watch),
    vscode.window.onDidChangeWindowState(watch),
    list.onDidChange((change) => {
      if (change === 'stale') changes.fire(undefined);
      else if (change !== 'loaded') for (const id of change) changes.fire(nodeOf(id));
      else polling.reschedule();
      showMessage();
    }),
    history.onDidRecord((call) => {
      for (const node of new Set([nodeOf(call.environment), ...nodes.values()])) changes.fire(node);
      showMessage();
      if (call.operation === 'ping' && 'failure' in call) expand(call.environment);
    }),
    view,
    changes,
  );
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
  node.accessibilityInformation = { label: [label, description].filter(Boolean).join(', ') };
  return node;
}

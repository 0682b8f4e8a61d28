import * as vscode from 'vscode';
import type { Backend } from '../backend.ts';
import { activityViewId, type EnvironmentArgument, type WriteReference } from '../contributions.ts';
import type { EnvironmentList } from '../environment-list.ts';
import { type CommandFailure, failureOf } from '../failures/command-failure.ts';
import { explain } from '../failures/explain-failure.ts';
import { retryList } from '../failures/remedies.ts';
import type { Situation } from '../failures/situation.ts';
import { plain } from '../plain-text.ts';
import { activityRow, noActivityRow } from './activity-words.ts';
import { failedListRows, type Row } from './row.ts';
import { rowItem } from './row-item.ts';

export type ActivityDependencies = {
  backend: Pick<Backend, 'activity'>;
  list: EnvironmentList;
  situation: () => Situation;
};

/** A write's node is what its command is given: `{ environment, requestId }`, and nothing else. */
type Node = EnvironmentArgument | WriteReference | { row: Row };

export type ActivityTree = vscode.Disposable & {
  /** Asks again for what was written in an environment, if somebody looks. */
  refresh(environment: string): void;
};

/** The user's last writes in each environment, asked for when it is opened. */
export function createActivityTree({ backend, list, situation }: ActivityDependencies): ActivityTree {
  const changes = new vscode.EventEmitter<Node | undefined>();
  const environments = new Map<string, EnvironmentArgument>();
  const items = new WeakMap<Node, vscode.TreeItem>();

  const failedRows = (failure: CommandFailure, parentId: string): Node[] =>
    failedListRows(explain(failure, situation(), retryList)).map((row) => ({
      row: { ...row, id: `${parentId}/${row.id}` },
    }));

  function environmentNode(environment: string, name: string): EnvironmentArgument {
    const node = environments.get(environment) ?? { environment };
    const item = new vscode.TreeItem(plain(name, 60), vscode.TreeItemCollapsibleState.Collapsed);
    item.id = `environment/${environment}`;
    environments.set(environment, node);
    items.set(node, item);
    return node;
  }

  async function writesIn(environment: string): Promise<Node[]> {
    const { activity } = await backend.activity({ environment });
    if (activity.length === 0) return [{ row: { ...noActivityRow, id: `${environment}/none` } }];
    return activity.map((entry): Node => {
      const node = { environment, requestId: entry.requestId };
      const item = rowItem(activityRow(entry, Date.now()), { environment });
      item.id = `write/${environment}/${entry.id}`;
      item.contextValue = `write ${entry.state}`;
      items.set(node, item);
      return node;
    });
  }

  const view = vscode.window.createTreeView<Node>(activityViewId, {
    treeDataProvider: {
      onDidChangeTreeData: changes.event,
      getTreeItem: (node) => items.get(node) ?? rowItem((node as { row: Row }).row, undefined),
      async getChildren(node) {
        if (node === undefined) {
          const state = await list.load();
          // What went wrong is said once, above the environments; the view's welcome leads there.
          if (state.kind !== 'listed') return [];
          return state.environments.map(({ id, name }) => environmentNode(id, name));
        }
        if (!('environment' in node) || 'requestId' in node) return [];
        const { environment } = node;
        return writesIn(environment).catch((error) => failedRows(failureOf(error), environment));
      },
    },
  });

  const subscription = list.onDidChange((change) => {
    if (change === 'stale') changes.fire(undefined);
  });

  return {
    refresh(environment) {
      const node = environments.get(environment);
      if (node) changes.fire(node);
    },
    dispose: () => vscode.Disposable.from(subscription, view, changes).dispose(),
  };
}

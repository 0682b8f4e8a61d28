import * as vscode from 'vscode';
import { type CommandHandlers, viewId } from '../contributions.ts';
import type { EnvironmentList } from '../environment-list.ts';

/** Asks the BFF for its environments again. What goes wrong stands in the tree. */
export function createRefreshCommand(list: EnvironmentList): CommandHandlers['pearsana.refresh'] {
  return async () => {
    list.invalidate();
    await vscode.window.withProgress({ location: { viewId } }, () => list.load());
    return undefined;
  };
}

import * as vscode from 'vscode';
import type { Row } from './row.ts';
import { rowItem } from './row-item.ts';

export type ActivityLine = {
  /** By which its menu is chosen. */
  words?: string;
  /** What a click does. */
  open?: vscode.Command;
  /** Whether there is something below it, and whether that is seen at first. */
  opens?: 'expanded' | 'collapsed';
};

/** A line of the view of what was sent. */
export function activityItem(row: Row, { words, open, opens }: ActivityLine = {}): vscode.TreeItem {
  const item = rowItem(row, undefined);
  if (words !== undefined) item.contextValue = words;
  if (open) item.command = open;
  const { Expanded, Collapsed, None } = vscode.TreeItemCollapsibleState;
  item.collapsibleState = opens === undefined ? None : opens === 'expanded' ? Expanded : Collapsed;
  return item;
}

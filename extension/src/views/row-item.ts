import * as vscode from 'vscode';
import type { Color, EnvironmentArgument } from '../contributions.ts';
import type { Row } from './row.ts';

/** A row as VS Code shows it, below its environment or at the root. */
export function rowItem(row: Row, parent: EnvironmentArgument | undefined): vscode.TreeItem {
  const { label, description, spoken, tooltip, icon, color, remedy } = row;
  const item = new vscode.TreeItem(label);
  item.id = `${parent ? 'environment' : 'root'}/${row.id}`;
  if (description !== undefined) item.description = description;
  item.tooltip = tooltip;
  item.iconPath = themeIcon(icon, color);
  item.contextValue = 'row';
  item.accessibilityInformation = { label: spoken ?? [label, description].filter(Boolean).join(', ') };
  if (remedy) {
    item.command = {
      title: remedy.title,
      command: remedy.command,
      ...('argument' in remedy && { arguments: [remedy.argument] }),
    };
  }
  return item;
}

export function themeIcon(icon: string, color: Color | undefined): vscode.ThemeIcon {
  return new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));
}

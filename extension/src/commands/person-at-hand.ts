import * as vscode from 'vscode';
import { type PersonAtHand, readPerson } from '../forms/person-text.ts';

/**
 * A person who is selected in the editor, or else in the clipboard. It is read when a command asks for somebody, is shown
 * in the box alone, and goes nowhere else. A browser would ask for leave to read the clipboard, or say that it may not:
 * there, people paste.
 */
export async function personAtHand(): Promise<PersonAtHand | undefined> {
  const { activeTextEditor: editor } = vscode.window;
  const selected = editor?.document.getText(editor.selection) ?? '';
  if (readPerson(selected)) return { text: selected.trim(), from: 'selection' };
  if (vscode.env.uiKind === vscode.UIKind.Web) return undefined;
  const copied = await vscode.env.clipboard.readText();
  return readPerson(copied) ? { text: copied.trim(), from: 'clipboard' } : undefined;
}

import * as vscode from 'vscode';
import type { Answer, Option, Place, WizardInput } from './wizard.ts';

/** Shows a wizard's steps by VS Code's quick inputs. Losing the focus keeps them; Escape ends the wizard. */
export const wizardInput: WizardInput = {
  text({ place, ask, prompt, placeholder, value, check }) {
    const box = vscode.window.createInputBox();
    box.prompt = prompt;
    box.placeholder = placeholder ?? ask;
    box.value = value;
    const verdict = (text: string) => {
      const fault = check(text);
      box.validationMessage = fault;
      return fault === undefined;
    };
    // An empty box at the start is not yet a mistake; what was typed before may be one.
    if (value !== '') verdict(value);
    box.onDidChangeValue(verdict);
    return showInput<string>(box, place, (accept) => {
      box.onDidAccept(() => {
        if (verdict(box.value)) accept({ kind: 'accepted', value: box.value });
      });
      return () => ({ kind: 'back', typed: box.value });
    });
  },

  choice({ place, prompt, options, many, picked }) {
    const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { id?: string }>();
    pick.placeholder = prompt;
    pick.canSelectMany = many;
    pick.matchOnDescription = true;
    const items = options.flatMap(itemsOf);
    pick.items = items;
    pick.selectedItems = items.filter(({ id }) => id !== undefined && picked.includes(id));
    return showInput<readonly string[]>(pick, place, (accept) => {
      pick.onDidAccept(() => {
        const ids = pick.selectedItems.flatMap(({ id }) => (id === undefined ? [] : [id]));
        if (many || ids.length === 1) accept({ kind: 'accepted', value: ids });
      });
      return () => ({ kind: 'back' });
    });
  },
};

function itemsOf({
  id,
  label,
  description,
  detail,
  separatorAbove,
}: Option): (vscode.QuickPickItem & { id?: string })[] {
  const item = {
    id,
    label: withoutIcons(label),
    // The item must stay in view whatever is typed: a filter would hide what will be sent.
    alwaysShow: true,
    ...(description !== undefined && { description: withoutIcons(description) }),
    ...(detail !== undefined && { detail: withoutIcons(detail) }),
  };
  if (separatorAbove === undefined) return [item];
  return [{ label: separatorAbove, kind: vscode.QuickPickItemKind.Separator }, item];
}

/** `$(name)` in an item would be drawn as an icon; a zero-width space shows it as the text that it is. */
function withoutIcons(text: string): string {
  return text.replaceAll('$(', '$\u200b(');
}

function showInput<Value>(
  input: vscode.InputBox | vscode.QuickPick<vscode.QuickPickItem>,
  { title, number, total, canGoBack }: Place,
  wire: (settle: (answer: Answer<Value>) => void) => () => Answer<Value>,
): Promise<Answer<Value>> {
  input.title = title;
  input.step = number;
  input.totalSteps = total;
  input.ignoreFocusOut = true;
  if (canGoBack) input.buttons = [vscode.QuickInputButtons.Back];
  return new Promise((resolve) => {
    // Disposing hides, and hiding cancels: the first answer is the one that counts.
    const settle = (answer: Answer<Value>) => {
      resolve(answer);
      input.dispose();
    };
    const back = wire(settle);
    input.onDidTriggerButton((button) => {
      if (button === vscode.QuickInputButtons.Back) settle(back());
    });
    input.onDidHide(() => settle({ kind: 'cancelled' }));
    input.show();
  });
}

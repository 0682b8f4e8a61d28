import * as vscode from 'vscode';
import { faultOfAnswer, questionWithFault } from './fault-words.ts';
import type { Answer, Option, Place, WizardInput } from './step.ts';

type Item = vscode.QuickPickItem & { id?: string };

/** Shows a wizard's steps by VS Code's quick inputs. Losing the focus keeps them; Escape ends the wizard. */
export const wizardInput: WizardInput = {
  text({ place, ask, prompt, placeholder, value, append, warns, check }) {
    const box = vscode.window.createInputBox();
    box.prompt = prompt;
    box.placeholder = placeholder ?? ask;
    box.value = value;
    if (append) box.valueSelection = [value.length, value.length];
    const { Error: error, Warning: warning } = vscode.InputBoxValidationSeverity;
    const untouched = warns ? { message: prompt, severity: warning } : undefined;
    box.validationMessage = untouched;
    const verdict = (text: string) => {
      const fault = check(text);
      // VS Code shows this in the place of the prompt.
      const message = fault && (warns ? questionWithFault(prompt, fault) : faultOfAnswer(ask, fault));
      box.validationMessage = message === undefined ? untouched : { message, severity: error };
      return fault === undefined;
    };
    // What the box begins with is not yet a mistake; what was typed before may be one.
    if (value !== '' && !append) verdict(value);
    box.onDidChangeValue(verdict);
    const typed = () => box.value;
    return showInput<string>(box, place, typed, (accept) => {
      box.onDidAccept(() => {
        if (verdict(box.value)) accept({ kind: 'accepted', value: box.value });
      });
    });
  },

  choice({ place, prompt, options, many }) {
    const pick = vscode.window.createQuickPick<Item>();
    pick.placeholder = prompt;
    pick.canSelectMany = many;
    pick.matchOnDescription = true;
    const fill = (all: readonly Option[]) => {
      pick.items = all.flatMap(itemsOf);
      pick.busy = false;
    };
    if (options instanceof Promise) {
      pick.busy = true;
      void options.then(fill);
    } else fill(options);
    return showInput<readonly string[]>(pick, place, undefined, (accept) => {
      pick.onDidAccept(() => {
        // Without a tick, Enter means the line that it is on.
        const chosen = pick.selectedItems.length > 0 ? pick.selectedItems : pick.activeItems;
        const ids = chosen.flatMap(({ id }) => (id === undefined ? [] : [id]));
        if (ids.length > 0 && (many || ids.length === 1)) accept({ kind: 'accepted', value: ids });
      });
    });
  },
};

function itemsOf({ id, label, description, detail, separatorAbove, icon, color }: Option): Item[] {
  const item = {
    id,
    label: withoutIcons(label),
    // The item must stay in view whatever is typed: a filter would hide what will be sent.
    alwaysShow: true,
    ...(description !== undefined && { description: withoutIcons(description) }),
    ...(detail !== undefined && { detail: withoutIcons(detail) }),
    ...(icon !== undefined && {
      iconPath: new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color)),
    }),
  };
  if (separatorAbove === undefined) return [item];
  return [{ label: separatorAbove, kind: vscode.QuickPickItemKind.Separator }, item];
}

/** `$(name)` in an item would be drawn as an icon; a zero-width space shows it as the text that it is. */
function withoutIcons(text: string): string {
  return text.replaceAll('$(', '$\u200b(');
}

function showInput<Value>(
  input: vscode.InputBox | vscode.QuickPick<Item>,
  { title, number, total, canGoBack }: Place,
  typed: (() => string) | undefined,
  wire: (settle: (answer: Answer<Value>) => void) => void,
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
    const end = (kind: 'back' | 'cancelled') => settle({ kind, ...(typed && { typed: typed() }) });
    wire(settle);
    input.onDidTriggerButton((button) => {
      if (button === vscode.QuickInputButtons.Back) end('back');
    });
    input.onDidHide(() => end('cancelled'));
    input.show();
  });
}

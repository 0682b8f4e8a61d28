import * as vscode from 'vscode';
import type { Backend } from '../backend.ts';
import type { EnvironmentList } from '../environment-list.ts';
import type { Situation } from '../failures/situation.ts';
import type { AnswerHistory } from './past-answers.ts';
import { statusItem } from './status-words.ts';

export type StatusDependencies = {
  backend: Pick<Backend, 'session'>;
  list: Pick<EnvironmentList, 'state' | 'onDidChange'>;
  history: Pick<AnswerHistory, 'of' | 'onDidRecord'>;
  situation: () => Situation;
};

/** Shows the default environment, its last ping and who is signed in. It asks nobody. */
export function createStatusBarItem({ backend, list, history, situation }: StatusDependencies) {
  const item = vscode.window.createStatusBarItem('status', vscode.StatusBarAlignment.Left, 0);
  item.name = 'Pearsana';

  async function show(): Promise<void> {
    const signedIn = await backend.session();
    const { text, tooltip, spoken, command } = statusItem({
      state: list.state(),
      lastPing: (origin, environment) => history.of(origin, environment).ping,
      caller: signedIn?.session.caller,
      situation: situation(),
    });
    item.text = text;
    item.tooltip = tooltip;
    item.command = command;
    item.accessibilityInformation = { label: `Pearsana: ${spoken}`, role: 'button' };
    item.show();
  }

  void show();
  return vscode.Disposable.from(item, list.onDidChange(show), history.onDidRecord(show));
}

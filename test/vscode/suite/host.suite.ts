import { expect } from 'chai';
import * as vscode from 'vscode';
import { parameters } from './parameters.ts';

// Proves that each run happens where its name says, or the same host would be tested twice.
describe('the extension host', () => {
  const { host } = parameters;

  it('is a web worker exactly when it should be', () => {
    expect('process' in globalThis).to.equal(host !== 'web');
    expect('importScripts' in globalThis).to.equal(host === 'web');
  });

  it('has nothing else at the keys that the extension binds', async () => {
    const uri = vscode.Uri.parse('vscode://defaultsettings/keybindings.json');
    const text = (await vscode.workspace.openTextDocument(uri)).getText();
    const defaults: { key: string; command: string }[] = JSON.parse(text.replaceAll(/^\s*\/\/.*$/gm, ''));
    const ours = ['pearsana.environments.focus', 'pearsana.checkEverything', 'pearsana.invite'];
    const keys = defaults.filter(({ command }) => ours.includes(command)).map(({ key }) => key);
    expect(keys).to.have.length(3);
    for (const { key, command } of defaults) {
      if (!ours.includes(command)) expect(keys, command).not.to.include(key);
    }
  });

  it('belongs to the user interface that was asked for', () => {
    expect(vscode.env.uiKind).to.equal(host === 'desktop' ? vscode.UIKind.Desktop : vscode.UIKind.Web);
  });
});

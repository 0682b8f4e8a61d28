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

  it('belongs to the user interface that was asked for', () => {
    expect(vscode.env.uiKind).to.equal(host === 'desktop' ? vscode.UIKind.Desktop : vscode.UIKind.Web);
  });
});

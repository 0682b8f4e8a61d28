import { expect } from 'chai';
import * as vscode from 'vscode';
import { notePrefix } from './line-reporter.ts';
import { parameters } from './parameters.ts';

/** What the runner tells: a BFF with sandbox and production, the same BFF under another name, and somebody else's server. */
const { url = '', otherUrl = '', strangerUrl = '', accessKey = '' } = parameters.env;

type Result = { error?: { code: string; message: string }; [field: string]: unknown } | undefined;

const run = (command: string, argument?: unknown): Thenable<Result> =>
  vscode.commands.executeCommand(command, argument);

/** `Global`: the setting's scope is `application`, so no workspace may have a say in it. */
async function setBackend(address: string): Promise<void> {
  await vscode.workspace
    .getConfiguration('pearsana')
    .update('backendUrl', address, vscode.ConfigurationTarget.Global);
}

describe('pearsana.ping', () => {
  before(async () => {
    await setBackend(url);
    const extension = vscode.extensions.getExtension('pearsana-tools.pearsana-partner');
    const started = performance.now();
    await extension?.activate();
    // The time for loading the bundle and `activate`. It is only printed, since a machine's speed cannot be a test.
    report(`activated in ${(performance.now() - started).toFixed(1)} ms`);
  });

  it('says that nobody is signed in, before anything is sent', async () => {
    const result = await run('pearsana.ping', { environment: 'sandbox' });
    expect(result?.error?.code).to.equal('NOT_SIGNED_IN');
  });

  it('keeps no key that the BFF does not take', async () => {
    const refused = await run('pearsana.signIn', { accessKey: 'pbff_not-the-right-key-at-all' });
    expect(refused?.error?.code).to.equal('UNAUTHORIZED');
    const result = await run('pearsana.ping', { environment: 'sandbox' });
    expect(result?.error?.code).to.equal('NOT_SIGNED_IN');
  });

  it('signs in', async () => {
    expect(await run('pearsana.signIn', { accessKey })).to.deep.equal({ signedInTo: url });
  });

  for (const environment of ['sandbox', 'production']) {
    it(`pings ${environment}, and returns the typed answer of that environment`, async () => {
      const result = await run('pearsana.ping', { environment });
      expect(result).to.include({ environment });
      expect(result).to.have.nested.property('result.message', 'Authorized');
      expect(result).to.have.nested.property('partner.apiVersion', '2026-01-30');
      expect(result?.requestId).to.be.a('string').and.not.empty;
    });
  }

  it('asks after the health, and for every scope', async () => {
    const health = await run('pearsana.health', { environment: 'sandbox' });
    expect(health).to.have.nested.property('result.status', 'ok');
    const scopes = await run('pearsana.scopes', { environment: 'sandbox' });
    expect(scopes).to.have.nested.property('result.scopes').with.lengthOf(8);
    expect(scopes).to.have.nested.property('result.scopes[0].enabled', true);
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
  });

  it('says which environment does not exist', async () => {
    const result = await run('pearsana.ping', { environment: 'staging' });
    expect(result?.error?.code).to.equal('ENVIRONMENT_NOT_FOUND');
  });

  for (const argument of [
    5,
    'sandbox',
    { environment: 1 },
    { environment: '../session' },
    { environment: 'sandbox', x: 1 },
  ]) {
    it(`refuses the argument ${JSON.stringify(argument)}`, async () => {
      const result = await run('pearsana.ping', argument);
      expect(result?.error?.code).to.equal('ARGUMENTS_INVALID');
    });
  }

  it('sends the key to no other origin, be it the same BFF', async () => {
    await setBackend(otherUrl);
    const result = await run('pearsana.ping', { environment: 'sandbox' });
    expect(result?.error?.code).to.equal('NOT_SIGNED_IN');
    await setBackend(url);
    expect(await run('pearsana.ping', { environment: 'sandbox' })).to.include({ environment: 'sandbox' });
  });

  it('sends nothing at all to where nobody signed in', async () => {
    await setBackend(strangerUrl);
    for (const [command, argument] of [
      ['pearsana.ping', { environment: 'sandbox' }],
      ['pearsana.invite', { environment: 'sandbox', request: {}, confirm: true }],
      ['pearsana.signOut', undefined],
    ] as const) {
      const result = await run(command, argument);
      if (result !== undefined) expect(result.error?.code).to.equal('NOT_SIGNED_IN');
    }
    await run('pearsana.refresh');
    await setBackend(url);
    // And the sign-in here is found again.
    expect(await run('pearsana.ping', { environment: 'sandbox' })).to.include({ environment: 'sandbox' });
  });

  it('shows VS Code an account without its key', async () => {
    const accounts = await vscode.authentication.getAccounts('pearsana');
    expect(accounts.map(({ label }) => label)).to.deep.equal([`owner key (${new URL(url).host})`]);
    // No other extension gets at a session without its user's consent, and with it only at who that is.
    const session = await vscode.authentication.getSession('pearsana', [], { silent: true });
    expect(JSON.stringify(session ?? {})).not.to.contain(accessKey);
  });

  it('takes no address that would carry the key in the clear', async () => {
    await setBackend('http://bff.example.com');
    const result = await run('pearsana.ping', { environment: 'sandbox' });
    expect(result?.error?.code).to.equal('BACKEND_URL_INVALID');
    await setBackend(url);
  });

  it('starts no BFF that would speak http where the setting says https, and keeps nobody waiting', async () => {
    await setBackend('https://localhost:9');
    expect(await run('pearsana.startBackend')).to.equal(undefined);
    expect(vscode.window.terminals).to.deep.equal([]);
    await setBackend(url);
  });

  it('forgets the key at sign-out', async () => {
    await run('pearsana.signOut');
    const result = await run('pearsana.ping', { environment: 'sandbox' });
    expect(result?.error?.code).to.equal('NOT_SIGNED_IN');
  });
});

function report(line: string): void {
  // biome-ignore lint/suspicious/noConsole: VS Code hands the console of a test run on to whoever started it.
  console.log(notePrefix + line);
}

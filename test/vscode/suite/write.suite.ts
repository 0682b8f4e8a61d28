import { expect } from 'chai';
import * as vscode from 'vscode';
import { parameters } from './parameters.ts';

const { url = '', accessKey = '' } = parameters.env;

type Result = { error?: { code: string; message: string }; [field: string]: unknown } | undefined;

const run = (command: string, argument?: unknown): Thenable<Result> =>
  vscode.commands.executeCommand(command, argument);

const externalReferences = [{ namespace: 'SIS', externalId: 'A-1' }];
const invitation = {
  email: 'ada@example.edu',
  identity: { firstName: 'Ada', lastName: 'Lovelace' },
  externalReferences,
};
const user = {
  identity: { ...invitation.identity, email: 'ada@example.edu', roleName: 'student' },
  externalReferences,
};

// Only in a test does `confirm` stand for the review and the confirmation, which the driven runs go through.
describe('the commands that write', () => {
  let created: Result;
  before(async () => {
    await vscode.workspace
      .getConfiguration('pearsana')
      .update('backendUrl', url, vscode.ConfigurationTarget.Global);
    expect(await run('pearsana.signIn', { accessKey })).to.deep.equal({ signedInTo: url });
  });

  it('create a user, and return the typed answer', async () => {
    const result = await run('pearsana.createUser', { environment: 'sandbox', request: user, confirm: true });
    expect(result).to.include({ environment: 'sandbox' });
    expect(result).to.have.nested.property('partner.status', 201);
    created = result;
  });

  it('are then copied from Activity: ids, the call without the key, and what support needs', async () => {
    const requestId = String(created?.requestId);
    const copied = async (command: string) => {
      await vscode.env.clipboard.writeText('nothing');
      await run(command, { environment: 'sandbox', requestId });
      return vscode.env.clipboard.readText();
    };
    expect(await copied('pearsana.copyRequestId')).to.equal(requestId);
    expect(await copied('pearsana.copyPearsanaId')).to.match(/^usr_\w+$/);
    const [curl, program] = [await copied('pearsana.copyAsCurl'), await copied('pearsana.copyAsTypeScript')];
    expect(curl).to.match(/^curl --request POST '.*\/api\/environments\/sandbox\/users'/);
    expect(program).to.include('await pearsana.createUser({');
    for (const call of [curl, program]) {
      expect(call).to.include('ada@example.edu').and.include('PEARSANA_BFF_ACCESS_KEY');
      expect(call).not.to.include(accessKey);
    }
    const support = await copied('pearsana.copyForSupport');
    expect(support).to.include(requestId).and.not.include('ada@example.edu').and.not.include('A-1');
  });

  it('invite someone in a protected environment', async () => {
    const result = await run('pearsana.invite', {
      environment: 'production',
      request: invitation,
      confirm: true,
    });
    expect(result).to.include({ environment: 'production' });
    expect(result).to.have.nested.property('result.invitation.status', 'pending');
  });

  const wrong: [what: string, argument: unknown, words: RegExp][] = [
    [
      'a wrong field',
      { environment: 'sandbox', request: { ...invitation, email: 'nobody' }, confirm: true },
      /`nobody` is not an e-mail address/,
    ],
    [
      'a missing field',
      { environment: 'sandbox', request: { email: 'a@b.co' }, confirm: true },
      /identity: is required/,
    ],
    [
      'an unknown field, even where the rest could be asked for',
      { environment: 'sandbox', request: { mail: 'x' } },
      /mail: there is no such field/,
    ],
    ['a request that is none', { environment: 'sandbox', request: 'ada' }, /as an object/],
    ['something that is no argument', 5, /takes \{ "environment"/],
    [
      'a place that is no environment',
      { environment: '../x', request: invitation, confirm: true },
      /takes \{ "environment"/,
    ],
  ];
  for (const [what, argument, words] of wrong) {
    it(`refuse ${what}, and send nothing`, async () => {
      const result = await run('pearsana.invite', argument);
      expect(result?.error?.code).to.equal('ARGUMENTS_INVALID');
      expect(result?.error?.message).to.match(words);
    });
  }

  it('know no environment that the BFF does not list', async () => {
    const result = await run('pearsana.invite', {
      environment: 'staging',
      request: invitation,
      confirm: true,
    });
    expect(result?.error?.code).to.equal('ENVIRONMENT_NOT_FOUND');
  });

  after(() => run('pearsana.signOut'));
});

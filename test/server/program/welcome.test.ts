import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { welcome } from '../../../server/program/welcome.ts';
import { Secret } from '../../../server/secret.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const credentials = {
  environment: 'a',
  authUrl: 'https://a.example.com',
  clientId: 'id',
  clientSecret: new Secret('canary-2'),
};
const environment = (id: string, kind: 'local' | 'production') => ({
  id,
  name: id,
  kind,
  protected: kind === 'production',
  apiUrl: 'https://api.example.com',
  credentials,
});
const bff = {
  url: 'http://127.0.0.1:8787',
  publicUrl: undefined,
  environments: [environment('production', 'production'), environment('local', 'local')],
  accessKey: new Secret('canary-1'),
  accessKeyFile: '/home/somebody/.pearsana-bff/access-key',
  stop: async () => {},
};

describe('the words at the start', () => {
  it('tell VS Code the address where it is not the one that VS Code expects', () => {
    const at = (url: string) => welcome({ ...bff, url }, { toTerminal: false });
    assert.match(at('http://127.0.0.1:8788'), /set pearsana\.backendUrl to http:\/\/127\.0\.0\.1:8788$/m);
    assert.doesNotMatch(at('http://127.0.0.1:8787'), /backendUrl/);
  });

  it('tell the address of callers from the one where it listens', () => {
    const words = welcome({ ...bff, publicUrl: 'https://bff.example.com' }, { toTerminal: false });
    assert.match(words, /^Pearsana BFF ready at http:\/\/127\.0\.0\.1:8787$/m);
    assert.match(words, /^ {2}callers use +https:\/\/bff\.example\.com$/m);
    assert.match(words, /^ {2}the API +https:\/\/bff\.example\.com\/docs$/m);
    assert.doesNotMatch(welcome(bff, { toTerminal: false }), /callers use/);
  });

  it('say where it is, which environments it has, and what comes next', () => {
    const words = welcome(bff, { toTerminal: false });
    assert.match(words, /^Pearsana BFF ready at http:\/\/127\.0\.0\.1:8787$/m);
    assert.match(
      words,
      /environments +production \(protected\), local \(a stand-in for Pearsana, on this machine\)$/m,
    );
    assert.match(words, /code --install-extension \S+\.vsix/);
    assert.match(words, /press F5/);
    assert.match(words, /Sign In and paste the access key/);
    const onlyLocal = { ...bff, environments: [environment('local', 'local')] };
    assert.match(welcome(onlyLocal, { toTerminal: false }), /put your credentials into \.env/);
  });

  it('leave out the sign-in where VS Code started it with a key that it made', () => {
    const started = { ...bff, accessKeyFile: undefined };
    const words = (inEditor: boolean) => welcome(started, { toTerminal: true, inEditor });
    assert.match(words(true), /^Next:\n {2}1\. In the Pearsana view, choose Ping/m);
    assert.doesNotMatch(words(true), /paste|Install/);
    assert.match(words(false), /paste the access key/);
    // The owner's key was not made by VS Code.
    assert.match(welcome(bff, { toTerminal: true, inEditor: true }), /paste the access key/);
  });

  it('leave out what is done already', () => {
    using home = temporaryFolder();
    assert.doesNotMatch(welcome(bff, { toTerminal: false }), /put your credentials into \.env/);
    const words = () => welcome(bff, { toTerminal: false, home: home.path });
    assert.match(words(), /^ {2}1\. Install the extension: /m);
    mkdirSync(join(home.path, '.vscode/extensions/pearsana-tools.pearsana-partner-0.1.0'), {
      recursive: true,
    });
    assert.doesNotMatch(words(), /install-extension|F5/);
    assert.match(words(), /^ {2}1\. Open the Pearsana view/m);
  });

  it('show the key to a terminal, and elsewhere the file that holds it', () => {
    assert.match(welcome(bff, { toTerminal: true }), /access key +canary-1 +\(kept in .*access-key\)/);
    const words = welcome(bff, { toTerminal: false });
    assert.match(words, /access key +in .*access-key$/m);
    assert.doesNotMatch(words, /canary/);
  });

  it('never show a key that was configured', () => {
    const words = welcome({ ...bff, accessKeyFile: undefined }, { toTerminal: true });
    assert.match(words, /access key +the one in BFF_ACCESS_KEY$/m);
    assert.doesNotMatch(words, /canary/);
  });

  it('speak of no stand-in where there is none', () => {
    const words = welcome({ ...bff, environments: bff.environments.slice(0, 1) }, { toTerminal: false });
    assert.doesNotMatch(words, /stand-in|\.env/);
  });
});

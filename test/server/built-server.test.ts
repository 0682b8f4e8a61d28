import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { docsFileNames } from '../../server/docs/docs-file-names.ts';
import { readDocsFile } from '../../server/docs/read-docs-file.ts';
import { startBffProcess } from '../support/bff/bff-process.ts';
import { copyToBuild } from '../support/packages/built-copy.ts';
import { partnerVariables, uncalledPartner } from '../support/partner/partner-variables.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

it('dist/server.js has /docs and /openapi.json with no other file beside it', {
  timeout: 60_000,
}, async () => {
  await using copy = await copyToBuild();
  await promisify(execFile)(process.execPath, ['scripts/build.ts', 'server'], { cwd: copy.folder });
  // Where it was built there is a node_modules, which it might read.
  using temporary = temporaryFolder();
  const alone = temporary.path;
  await cp(join(copy.folder, 'dist/server.js'), join(alone, 'server.js'));
  const variables = {
    BFF_ACCESS_KEY: 'pbff_an-access-key-for-tests-only',
    ...partnerVariables({ sandbox: uncalledPartner }),
  };
  await using bff = await startBffProcess(variables, { program: join(alone, 'server.js') });

  for (const name of docsFileNames) {
    const answer = await fetch(`${bff.url}/${name === 'page.html' ? 'docs' : `docs/${name}`}`);
    assert.equal(answer.status, 200, name);
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), await readDocsFile(name), name);
  }
  const described = (await (await fetch(`${bff.url}/openapi.json`)).json()) as Record<string, unknown>;
  assert.equal(described.openapi, '3.1.0');
});

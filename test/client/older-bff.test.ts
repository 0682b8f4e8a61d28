import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { readConfig } from '../../server/config/read-config.ts';
import { createLog } from '../../server/log.ts';
import { endpointDocs } from '../../server/openapi/endpoint-docs.ts';
import { startBff } from '../../server/start.ts';
import { createClient } from '../../shared/client.ts';
import { endpoints } from '../../shared/endpoints.ts';
import { freePort } from '../support/bff/test-bff.ts';
import { startFaultServer } from '../support/partner/fault-server.ts';
import { partnerVariables } from '../support/partner/partner-variables.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const program = join(import.meta.dirname, '../../client/program/main.ts');

it('the import asks for an update of a BFF that has no imports yet, and other calls still work', async () => {
  using folder = temporaryFolder();
  await using partner = await startFaultServer();
  const accessKey = 'pbff_an-access-key-for-tests-only';
  const { config } = readConfig({
    ...{ PORT: String(await freePort()), BFF_DATA_DIR: folder.path, BFF_ACCESS_KEY: accessKey },
    ...partnerVariables({ sandbox: partner }),
  });
  assert(config);
  const { lookUp, announceImport, imports, importStatus, stopImport, ...table } = endpoints;
  const older = { table, docs: endpointDocs };
  const bff = await startBff(config, createLog('silent', { write: () => {} }), { described: older });
  try {
    const roster = join(folder.path, 'roster.csv');
    writeFileSync(roster, 'E-mail,First name,Last name,Namespace,External ID\na@example.edu,A,B,SIS,1\n');
    const told = await new Promise<string>((resolve) => {
      const args = ['import', roster, '--operation', 'createInvitation', '--environment', 'sandbox', '--yes'];
      const env = { PATH: process.env.PATH, PEARSANA_BFF_URL: bff.url, PEARSANA_BFF_ACCESS_KEY: accessKey };
      execFile(process.execPath, [program, ...args], { env }, (error, _output, errors) =>
        resolve(`${error?.code} ${errors}`),
      );
    });
    assert.match(told, /^2 The BFF at http:\/\/127\.0\.0\.1:\d+ is an older version, which has no imports/);
    const client = createClient({ baseUrl: bff.url, accessKey });
    assert.equal((await client.ping({ environment: 'sandbox' })).result.status, 'ok');
  } finally {
    await bff.stop();
  }
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod/mini';
import { draftOf } from '../../../extension/src/documents/document-draft.ts';
import { documentForm } from '../../../extension/src/documents/document-form.ts';
import { curlOf, typeScriptOf } from '../../../extension/src/writes/copy-as.ts';
import { defaultFileLimits } from '../../../shared/documents.ts';
import { startTestBff } from '../../support/bff/test-bff.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const run = promisify(execFile);

/** With everything that a shell or a program could take for something else. */
const request = {
  email: "o'hara@example.edu",
  identity: { firstName: '$(id) `id` $HOME', lastName: '"\\; rm "email": !x' },
  externalReferences: [{ namespace: 'SIS', externalId: '@a-1' }],
  message: "first line\nsecond: 'é' \\n",
};
const sandbox = { id: 'sandbox', protected: false };
const production = { id: 'production', protected: true };

/** What a shell passes to curl, by a curl that only says it. */
async function argumentsOf(command: string, accessKey: string): Promise<string[]> {
  const script = `curl() { printf '%s\\0' "$@"; }\n${command}`;
  const { stdout } = await run('sh', ['-c', script], { env: { PEARSANA_BFF_ACCESS_KEY: accessKey } });
  return stdout.split('\0').slice(0, -1);
}

function callOf([, method = '', url = '', ...options]: readonly string[]) {
  const valuesOf = (name: string) =>
    options.flatMap((option, index) => (option === name ? (options[index + 1] ?? '') : []));
  const headers = valuesOf('--header').map((header) => header.split(/: (.*)/s).slice(0, 2));
  const [body] = valuesOf('--data-raw');
  return { url, init: { method, headers: Object.fromEntries(headers), ...(body !== undefined && { body }) } };
}

describe('a copied call', { skip: process.platform === 'win32' }, () => {
  it('as curl sends the same request, once, however often it is run', async () => {
    await using bff = await startTestBff();
    const call = { origin: bff.url, environment: sandbox, operation: 'createInvitation', request } as const;
    const command = curlOf(call);
    assert.ok(!command.includes(bff.accessKey));
    const { url, init } = callOf(await argumentsOf(command, bff.accessKey));
    for (const replayed of [null, 'true']) {
      const response = await fetch(url, init);
      assert.equal(response.status, 201, await response.text());
      assert.equal(response.headers.get('idempotent-replayed'), replayed);
    }
    assert.deepEqual(
      bff.pearsana.arrivals.filter(({ method }) => method === 'POST').map(({ body }) => body),
      [request],
    );
  });

  it('as curl leaves out what a read has not', async () => {
    await using bff = await startTestBff();
    const command = curlOf({ origin: bff.url, environment: sandbox, operation: 'ping' });
    const { url, init } = callOf(await argumentsOf(command, bff.accessKey));
    assert.deepEqual(Object.keys(init.headers), ['Authorization']);
    assert.equal((await fetch(url, init)).status, 200);
  });

  it('as TypeScript sends the same request', async () => {
    await using bff = await startTestBff();
    using folder = temporaryFolder();
    const call = { origin: bff.url, environment: sandbox, operation: 'createInvitation', request } as const;
    const program = typeScriptOf(call);
    assert.ok(!program.includes(bff.accessKey));
    const client = pathToFileURL(join(import.meta.dirname, '../../../client/index.ts')).href;
    const file = join(folder.path, 'copied.mts');
    await writeFile(file, program.replace('pearsana-partner-client', client));
    const { stdout } = await run(process.execPath, [file], {
      env: { PEARSANA_BFF_ACCESS_KEY: bff.accessKey },
    });
    assert.match(stdout, /invitationId: 'inv_/);
    assert.deepEqual(
      bff.pearsana.arrivals.filter(({ method }) => method === 'POST').map(({ body }) => body),
      [request],
    );
    assert.match(await readFile(file, 'utf8'), /\n {2}request: \{\n {4}email: "o'hara@example.edu",\n/);
  });

  it('reads the files of a document where it is run, whatever their names', async () => {
    await using bff = await startTestBff();
    using folder = temporaryFolder();
    const paths = ["it's $HOME.pdf", 'b.pdf'].map((name) => join(folder.path, name));
    // The second is longer than an argument of a command may be.
    const contents = ['%PDF-1.7 first', '%PDF-1.7 second'.repeat(9_000)];
    for (const [index, path] of paths.entries()) await writeFile(path, contents[index] ?? '');
    const sources = paths.map((path, index) => ({
      ...{ name: path, bytes: contents[index]?.length ?? 0, uri: pathToFileURL(path).href },
      filename: `${index}.pdf`,
    }));
    const externalReference = { namespace: 'SIS', externalId: "o'1" };
    const draft = draftOf([{ documentType: 'DIPLOMA', externalReference, verificationIntent: 'store_only' }]);
    const formCall = documentForm(sources, defaultFileLimits).callOf?.(draft) ?? assert.fail();
    const call = { origin: bff.url, environment: sandbox, ...formCall };
    const expected = contents.map((text) => Buffer.from(text).toString('base64'));
    const items = z.object({ items: z.array(z.object({ file: z.string(), filename: z.string() })) });

    const script = `curl() { cat; }\n${curlOf(call)}`;
    const { stdout: body } = await run('sh', ['-c', script], { maxBuffer: 10_000_000 });
    const fromShell = items.parse(JSON.parse(body)).items;
    assert.deepEqual(
      fromShell.map(({ filename }) => filename),
      ['0.pdf', '1.pdf'],
    );
    assert(fromShell.every(({ file }, index) => file === expected[index]));
    assert.match(curlOf(call), /--data-binary @-/);

    const client = pathToFileURL(join(import.meta.dirname, '../../../client/index.ts')).href;
    const file = join(folder.path, 'copied.mts');
    await writeFile(file, typeScriptOf(call).replace('pearsana-partner-client', client));
    // Nobody has created this person at Pearsana, so it refuses the documents, which have arrived whole.
    await run(process.execPath, [file], { env: { PEARSANA_BFF_ACCESS_KEY: bff.accessKey } }).catch(() => {});
    const [sent] = bff.pearsana.arrivals.filter(({ method }) => method === 'POST');
    assert(items.parse(sent?.body).items.every((each, index) => each.file === expected[index]));
  });

  it('reaches nobody in a protected environment until somebody has typed its name', async () => {
    await using bff = await startTestBff({ production: {} });
    const call = {
      origin: bff.url,
      environment: production,
      operation: 'createInvitation',
      request,
    } as const;
    const { url, init } = callOf(await argumentsOf(curlOf(call), bff.accessKey));
    const refused = await fetch(url, init);
    assert.equal(refused.status, 428, await refused.text());
    const headers = { ...init.headers, 'X-Confirm-Environment': 'production' };
    const sent = await fetch(url, { ...init, headers });
    assert.equal(sent.status, 201, await sent.text());
    assert.match(typeScriptOf(call), /\n {2}confirm: "<type production>",\n/);
  });
});

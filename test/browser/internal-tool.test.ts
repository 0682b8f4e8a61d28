import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { type BuildOptions, build } from 'esbuild';
import { freePort, startTestBff } from '../support/bff/test-bff.ts';
import { hasChromium, launchChromium } from '../support/browser/chromium.ts';
import { type WatchedPage, watchPage } from '../support/browser/watched-page.ts';
import { createClientConsumer } from '../support/packages/client-consumer.ts';

const root = join(import.meta.dirname, '../..');
const example = join(root, 'examples/internal-tool');

/** The client, without a page. */
const workerProgram = `
import { createClient } from 'pearsana-partner-client';
addEventListener('message', async ({ data }) => {
  const { environment, result } = await createClient(data).ping({ environment: 'sandbox' });
  postMessage({ environment, message: result.message });
});
`;

test('the example of an internal tool', { skip: !(await hasChromium()) }, async (t) => {
  await using consumer = await createClientConsumer();
  await using browser = await launchChromium();
  const options = {
    bundle: true,
    format: 'esm' as const,
    write: false as const,
    // As if these lay where the package is installed.
    nodePaths: [join(consumer.folder, 'node_modules')],
  } satisfies BuildOptions & { write: false };
  const [tool, worker] = await Promise.all([
    build({ ...options, entryPoints: [join(example, 'tool.ts')] }),
    build({ ...options, stdin: { contents: workerProgram, resolveDir: consumer.folder } }),
  ]);
  const scripts = new Map([
    ['/tool.js', tool.outputFiles[0]?.text],
    ['/worker.js', worker.outputFiles[0]?.text],
  ]);
  const port = await freePort();
  // Where the tool is served: the same machine by another name, so for the browser another site.
  const origin = `http://localhost:${port}`;
  await using bff = await startTestBff({
    variables: { BFF_ALLOWED_ORIGINS: origin },
    production: {},
  });
  const page = (await readFile(join(example, 'index.html'), 'utf8')).replace(
    'http://127.0.0.1:8787',
    bff.url,
  );
  const host = createServer((request, response) => {
    const script = scripts.get(request.url ?? '');
    response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript');
    response.end(script ?? page);
  }).listen(port, 'localhost');
  t.after(() => {
    host.close();
    host.closeAllConnections();
  });

  async function openTool(): Promise<WatchedPage> {
    const page = await watchPage(browser);
    await page.goto(`${origin}/`);
    return page;
  }

  async function signIn(page: WatchedPage, key = bff.accessKey): Promise<void> {
    await page.getByLabel('Access key').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  const said = (page: WatchedPage, words: RegExp) =>
    page.getByRole('status').filter({ hasText: words }).waitFor();

  async function fillIn(page: WatchedPage, email: string): Promise<void> {
    const fields = { 'E-mail': email, 'First name': 'Ada', 'Last name': 'Lovelace', 'Number in SIS': 'S-1' };
    for (const [label, text] of Object.entries(fields)) await page.getByLabel(label).fill(text);
  }

  const invitations = () => bff.pearsana.arrivals.filter(({ path }) => path === '/v1/invitations').length;

  await t.test('pings and invites from another origin, with a key that it keeps nowhere', async () => {
    await using page = await openTool();
    await signIn(page);
    await said(page, /^You are signed in\.$/);
    await page.getByRole('button', { name: 'Ping' }).click();
    await said(page, /^sandbox answered in [\d.]+ ms\.$/);
    const before = invitations();
    await fillIn(page, 'ada@example.com');
    await page.getByRole('button', { name: 'Invite' }).click();
    await said(page, /^Invited in sandbox: inv_\S+ is pending\.$/);
    assert.equal(invitations(), before + 1);

    assert.deepEqual(page.complaints, []);
    assert.deepEqual([...new Set(page.requests.map((url) => new URL(url).origin))], [origin, bff.url]);
    const kept = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
    );
    assert.equal(kept, '[{},{},""]');
  });

  await t.test('says in words what went wrong, and what became of the write', async () => {
    await using page = await openTool();
    await signIn(page, 'pbff_a-wrong-key');
    await said(page, /^The access key is not valid\. .*\(request [\w-]+\)$/);
    await signIn(page);
    await said(page, /^You are signed in\.$/);
    const before = invitations();
    await fillIn(page, 'nobody');
    await page.getByRole('button', { name: 'Invite' }).click();
    await said(page, /^Nothing was sent\. email: `nobody` is not an e-mail address$/);
    await fillIn(page, 'ada@example.com');
    await page.getByRole('combobox').selectOption('production');
    await page.getByRole('button', { name: 'Invite' }).click();
    await said(page, /^Nothing was sent\. Type “production” to confirm\. \(request [\w-]+\)$/);
    assert.equal(invitations(), before);
    await page.getByLabel(/to confirm/).fill('production');
    await page.getByRole('button', { name: 'Invite' }).click();
    await said(page, /^Invited in production: /);
  });

  await t.test('gets nowhere from an origin that is not listed', async () => {
    await using page = await watchPage(browser);
    await page.goto(`${origin.replace('localhost', '127.0.0.1')}/`);
    await signIn(page);
    await said(page, /^The BFF at http:\/\/127\.0\.0\.1:\d+ could not be reached/);
  });

  await t.test('could call from a worker too', async () => {
    await using page = await openTool();
    const answer = await page.evaluate(
      (options) =>
        new Promise((resolve, reject) => {
          const worker = new Worker('/worker.js', { type: 'module' });
          worker.addEventListener('message', ({ data }) => resolve(data));
          worker.addEventListener('error', ({ message }) => reject(new Error(message)));
          worker.postMessage(options);
        }),
      { baseUrl: bff.url, accessKey: bff.accessKey },
    );
    assert.deepEqual(answer, { environment: 'sandbox', message: 'Authorized' });
  });
});

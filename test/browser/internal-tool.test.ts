import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { type BuildOptions, build } from 'esbuild';
import { freePort } from '../../scripts/free-port.ts';
import { startTestBff } from '../support/bff/test-bff.ts';
import { accessibilityFaults } from '../support/browser/accessibility.ts';
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
  const [tool, roster, worker] = await Promise.all([
    build({ ...options, entryPoints: [join(example, 'tool.ts')] }),
    build({ ...options, entryPoints: [join(example, 'roster.ts')] }),
    build({ ...options, stdin: { contents: workerProgram, resolveDir: consumer.folder } }),
  ]);
  const files = new Map([
    ['/tool.js', tool.outputFiles[0]?.text],
    ['/roster.js', roster.outputFiles[0]?.text],
    ['/worker.js', worker.outputFiles[0]?.text],
    ['/style.css', await readFile(join(example, 'style.css'), 'utf8')],
  ]);
  const port = await freePort();
  // Where the tool is served: the same machine by another name, so for the browser another site.
  const origin = `http://localhost:${port}`;
  await using bff = await startTestBff({
    variables: { BFF_ALLOWED_ORIGINS: origin },
    production: {},
  });
  for (const [path, name] of [
    ['/', 'index.html'],
    ['/roster.html', 'roster.html'],
  ] as const) {
    files.set(path, (await readFile(join(example, name), 'utf8')).replace('http://127.0.0.1:8787', bff.url));
  }
  const types = { js: 'text/javascript', css: 'text/css' };
  const host = createServer((request, response) => {
    const { url = '' } = request;
    response.setHeader('content-type', types[url.split('.')[1] as keyof typeof types] ?? 'text/html');
    response.end(files.get(url));
  }).listen(port, 'localhost');
  t.after(() => {
    host.close();
    host.closeAllConnections();
  });

  async function openTool(path = '/'): Promise<WatchedPage> {
    const page = await watchPage(browser);
    await page.goto(`${origin}${path}`);
    return page;
  }

  async function signIn(page: WatchedPage, key = bff.accessKey): Promise<void> {
    await page.getByLabel('Access key').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  const said = (page: WatchedPage, words: RegExp) =>
    page.getByRole('status').filter({ hasText: words }).waitFor();

  async function fillIn(page: WatchedPage, email: string): Promise<void> {
    const fields = { 'E-mail': email, 'First name': 'Ada', 'Last name': 'Lovelace', 'Student number': 'S-1' };
    for (const [label, text] of Object.entries(fields)) await page.getByLabel(label).fill(text);
  }

  const invitations = () => bff.pearsana.arrivals.filter(({ path }) => path === '/v1/invitations').length;

  await t.test('pings and invites from another origin, with a key that it keeps nowhere', async () => {
    await using page = await openTool();
    await signIn(page);
    await said(page, /^You are signed in\.$/);
    await page.getByRole('button', { name: 'Check the connection' }).click();
    await said(page, /^sandbox answered in [\d.]+ ms\.$/);
    const before = invitations();
    await fillIn(page, 'ada@example.com');
    // Enter does what the page is for.
    await page.getByLabel('E-mail').press('Enter');
    await said(page, /^Invited ada@example\.com in sandbox: inv_\S+ is pending\.$/);
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
    assert(await page.getByText('This is the real Pearsana').isHidden());
    await fillIn(page, 'ada@localhost');
    await page.getByRole('button', { name: 'Invite', exact: true }).click();
    await said(page, /^Nothing was sent\. email: `ada@localhost` is not an e-mail address$/);
    await fillIn(page, 'ada@example.com');
    await page.getByRole('combobox').selectOption('production');
    await page.getByText('This is the real Pearsana (production)').waitFor();
    await page.getByLabel('type “production”').fill('sandbox');
    await page.getByRole('button', { name: 'Invite', exact: true }).click();
    await said(page, /^Nothing was sent\. Type “production” to confirm\. \(request [\w-]+\)$/);
    assert.equal(invitations(), before);
    await page.getByLabel('type “production”').fill('production');
    await page.getByRole('button', { name: 'Invite', exact: true }).click();
    await said(page, /^Invited ada@example\.com in production: /);
  });

  await t.test('invites once, however often the button is pressed', async () => {
    await using page = await openTool();
    await signIn(page);
    await said(page, /^You are signed in\.$/);
    const before = invitations();
    await fillIn(page, 'grace@example.com');
    // Two forms sent in one moment, which a disabled button cannot stop.
    await page.evaluate(() => {
      const form = document.forms.namedItem('invite');
      const button = form?.querySelector<HTMLButtonElement>('button.main');
      form?.requestSubmit(button);
      button?.removeAttribute('disabled');
      form?.requestSubmit(button);
    });
    await said(page, /^Invited grace@example\.com in sandbox/);
    assert.equal(invitations(), before + 1);
  });

  await t.test('signs out, and then knows neither the key nor the person', async () => {
    await using page = await openTool();
    await signIn(page);
    await said(page, /^You are signed in\.$/);
    await fillIn(page, 'ada@example.com');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Access key').waitFor();
    assert.equal(await page.getByLabel('Access key').inputValue(), '');
    assert.equal(await page.locator('[name=email]').inputValue(), '');
    assert(await page.getByLabel('E-mail').isHidden());
  });

  await t.test('imports a roster: checks it, invites each once, and skips them the next time', async () => {
    await using page = await openTool('/roster.html');
    const before = invitations();
    const people = ['Ada', 'Grace', 'Edith'].map(
      (name, index) => `${name}@example.com,${name},Example,R-${index}`,
    );
    const csv = ['E-mail,First name,Last name,Student ID', ...people, 'nobody,No,Body,R-9'].join('\n');
    const file = { name: 'roster.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) };
    await page.getByLabel('Access key').fill(bff.accessKey);
    await page.getByLabel('Environment').fill('sandbox');
    await page.getByLabel('CSV file').setInputFiles(file);
    await page.getByRole('button', { name: 'Check' }).click();
    await said(page, /^3 people to invite in sandbox\.[\s\S]*Line 5: E-mail: /);
    assert.equal(invitations(), before);
    await page.getByRole('button', { name: 'Invite', exact: true }).click();
    await said(page, /^3 invited, 0 refused, 0 unknown\.$/);
    assert.equal(invitations(), before + 3);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Save the results' }).click(),
    ]);
    assert.equal(download.suggestedFilename(), 'roster-results.csv');
    await page.getByRole('button', { name: 'Check' }).click();
    await said(page, /^0 people to invite in sandbox\.\n3 are skipped: they were invited before/);
    assert(await page.getByRole('button', { name: 'Invite', exact: true }).isDisabled());
    assert.deepEqual(page.complaints, []);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    await t.test(`can be used by everybody, ${colorScheme}`, async () => {
      await using page = await openTool();
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await accessibilityFaults(page), []);
      await signIn(page);
      await said(page, /^You are signed in\.$/);
      await page.getByRole('combobox').selectOption('production');
      assert.deepEqual(await accessibilityFaults(page), []);
      await page.goto(`${origin}/roster.html`);
      assert.deepEqual(await accessibilityFaults(page), []);
    });
  }

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

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { freePort } from '../../scripts/free-port.ts';
import { startTestBff, type TestBff } from '../support/bff/test-bff.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { assertAccessible } from './accessibility.ts';
import {
  buildExtension,
  chooseInMenu,
  type Entry,
  noBrowser,
  passSteps,
  signIn,
  submitFromExplorer,
  titleOf,
  vsix,
} from './person.ts';
import { openWorkbench } from './workbench.ts';

const contents: Record<string, string> = { 'a.pdf': 'first', 'b.png': 'second', 'c.txt': 'third \u{1f393}' };
const encoded = (name: string) => Buffer.from(contents[name] ?? assert.fail(name)).toString('base64');

for (const kind of ['node', 'web'] as const) {
  describe(`documents in the ${kind} host`, { skip: noBrowser }, () => {
    before(buildExtension);

    test('what is shown is what is sent, and what became of it is said', { timeout: 240_000 }, async (t) => {
      const port = await freePort();
      const variables = { BFF_ALLOWED_ORIGINS: `http://127.0.0.1:${port}` };
      await using bff = await startTestBff({ variables, production: {} });
      for (const environment of ['sandbox', 'production']) await createPerson(bff, environment);
      using temporary = temporaryFolder();
      const folder = temporary.path;
      for (const [name, text] of Object.entries(contents)) await writeFile(join(folder, name), text);
      await mkdir(join(folder, 'letters/older'), { recursive: true });
      for (const name of ['letter.pdf', '.hidden', 'older/old.pdf'])
        await writeFile(join(folder, 'letters', name), name);
      await writeFile(join(folder, 'letters/empty.pdf'), '');
      const userSettings = { 'pearsana.backendUrl': bff.url };
      await using workbench = await openWorkbench({
        name: 'documents',
        t,
        vsix,
        kind,
        userSettings,
        port,
        folder,
      });
      const { page, quickInput, notification } = workbench;
      const documents = (partner = bff.pearsana) =>
        partner.arrivals.filter(({ path }) => path.startsWith('/v1/documents'));

      const pass = (entries: readonly Entry[]) => passSteps(workbench, entries);
      async function fromExplorer(files: readonly string[], environment: string): Promise<void> {
        await submitFromExplorer(workbench, files);
        await quickInput.pick(environment);
      }

      await signIn(workbench, bff.accessKey);
      const one: Entry[] = [
        { ask: 'Document type', pick: 'DIPLOMA' },
        { ask: 'Person', text: 'SIS A-1' },
      ];
      const forAll: Entry[] = [
        { ask: '3 files', pick: 'Same type, person and intent for all 3 files' },
        ...one,
        { ask: 'Intent', pick: 'attest' },
      ];
      const attestation: Entry[] = [
        { ask: 'Review', pick: 'More…' },
        { ask: 'More', tick: ['Attestation reference id'] },
        { ask: 'Attestation reference id', text: 'att-1' },
      ];

      await t.test('Escape at any step sends nothing, and the same files are offered again', async () => {
        for (let count = 0; count <= forAll.length; count += 1) {
          await fromExplorer(Object.keys(contents), 'production');
          if (count > 2) await quickInput.pick('Start Over');
          const [next] = forAll.slice(count);
          for (const { ask, pick, text } of forAll.slice(0, count)) {
            await quickInput.step(titleOf(ask));
            if (pick !== undefined) await quickInput.pick(pick);
            if (text !== undefined) await quickInput.type(text);
            if (pick === undefined) await quickInput.accept();
          }
          await quickInput.step(titleOf(next?.ask ?? 'Review'));
          if (!next) {
            // What is known of the documents is looked up first.
            await quickInput.options();
            await quickInput.accept();
            await quickInput.message(/Type “production” to submit 3 documents for SIS A-1/);
          }
          await quickInput.escape();
        }
        assert.deepEqual([...documents(), ...documents(bff.production)], []);
      });

      await t.test(
        'selected in the explorer: asked once for all, confirmed by name, sent as one batch',
        async () => {
          await fromExplorer(Object.keys(contents), 'production');
          await quickInput.pick('Continue the submission of 3 documents for SIS A-1');
          await pass(attestation);
          const shown = (await quickInput.options()).join('\n');
          for (const value of [
            ...Object.keys(contents),
            'DIPLOMA',
            'SIS',
            'A-1',
            'attest',
            'att-1',
            'production',
          ]) {
            assert.ok(shown.includes(value), `${value} in ${shown}`);
          }
          await workbench.screenshot(`.cache/screenshots/documents-review-${kind}.png`);
          await quickInput.accept();
          await quickInput.message(/Type “production” to submit 3 documents for SIS A-1/);
          await quickInput.type('production');
          await quickInput.accept();
          await notification(/Documents in production: 3 done\./)
            .first()
            .waitFor();
          assert.deepEqual(
            documents(bff.production).map(({ body }) => body),
            [
              {
                items: Object.keys(contents).map((filename, index) => ({
                  documentType: 'DIPLOMA',
                  externalReference: { namespace: 'SIS', externalId: 'A-1' },
                  verificationIntent: 'attest',
                  attestationReferenceId: 'att-1',
                  file: encoded(filename),
                  filename,
                  itemId: String(index + 1),
                })),
              },
            ],
          );
        },
      );

      await page.waitForTimeout(1_000);
      await t.test('asked for each: one fails in Pearsana’s words, and alone is offered again', async () => {
        await fromExplorer(['a.pdf', 'b.png'], 'sandbox');
        await pass([
          { ask: '2 files', pick: 'Different for each file' },
          { ask: 'a.pdf: Document type', pick: 'Another type…' },
          { ask: 'a.pdf: Type', text: 'LETTER' },
          { ask: 'a.pdf: Person', text: 'SIS A-1' },
          { ask: 'a.pdf: Intent', pick: 'store_only' },
          { ask: 'b.png: Document type', pick: 'DIPLOMA' },
          { ask: 'b.png: Person', text: 'SIS NOBODY' },
          { ask: 'b.png: Intent', pick: 'store_only' },
        ]);
        await quickInput.accept();
        const told = notification(
          /Documents in sandbox: 1 done, 1 refused\. b\.png: No user has the external reference SIS NOBODY\./,
        ).first();
        await told.waitFor();
        await workbench.screenshot(`.cache/screenshots/documents-failed-${kind}.png`);
        await told.getByRole('button', { name: 'Open Results' }).click();
        const text = page.locator('.editor-instance .view-lines');
        await text.filter({ hasText: /a\.pdf\s+SIS\s\S+\s+done\s+doc_\w+/ }).waitFor();
        await text.filter({ hasText: /b\.png\s+SIS\sNOBODY\s+refused\s+No\suser/ }).waitFor();
        await workbench.screenshot(`.cache/screenshots/documents-results-${kind}.png`);
        await assertAccessible(workbench, '.editor-instance');
        assert.equal(documents().length, 1);
      });

      await page.waitForTimeout(1_000);
      await t.test('picked in a dialog: one file alone', async () => {
        await workbench.openContainer('Pearsana');
        await chooseInMenu(workbench, 'sandbox', 'Submit Documents…');
        await quickInput.step(/Choose documents for Pearsana/);
        await quickInput.pick('c.txt');
        await pass([...one, { ask: 'Intent', pick: 'store_only' }]);
        await quickInput.accept();
        await notification(/Documents in sandbox: 1 done\./)
          .first()
          .waitFor();
        const last = documents().at(-1);
        assert.equal(last?.path, '/v1/documents:submit');
        assert.deepEqual(last?.body, {
          documentType: 'DIPLOMA',
          externalReference: { namespace: 'SIS', externalId: 'A-1' },
          verificationIntent: 'store_only',
          file: encoded('c.txt'),
          filename: 'c.txt',
        });

        // The same file again: the review says so, and offers the call to be copied.
        await chooseInMenu(workbench, 'sandbox', 'Submit Documents…');
        await quickInput.step(/Choose documents for Pearsana/);
        await quickInput.pick('c.txt');
        await pass([...one, { ask: 'Intent', pick: 'store_only' }]);
        const shown = await quickInput.options();
        assert.match(
          shown[0] ?? '',
          /^Already submitted (just now|\d min ago) \(doc_\w+\), Enter closes this/,
        );
        assert.match(shown.join('\n'), /^Copy as curl, without your access key\nCopy as TypeScript/m);
        await quickInput.accept();
        await quickInput.hidden();
        assert.equal(documents().at(-1), last);
      });

      await page.waitForTimeout(1_000);
      await t.test('a folder: the files in it, without those that cannot be sent', async () => {
        const before = documents().length;
        await fromExplorer(['letters'], 'sandbox');
        await pass([...one, { ask: 'Intent', pick: 'store_only' }]);
        const shown = (await quickInput.options()).join('\n');
        assert.match(shown, /2 files are left out, see below/);
        assert.match(shown, /empty\.pdf.*is empty/);
        assert.match(shown, /older.*is a subfolder/);
        assert.ok(!shown.includes('.hidden'), shown);
        await workbench.screenshot(`.cache/screenshots/documents-folder-${kind}.png`);
        await quickInput.accept();
        await notification(/Documents in sandbox: 1 done, 2 not sent\. empty\.pdf: It is empty\./)
          .first()
          .waitFor();
        const [sent, ...others] = documents().slice(before);
        assert.deepEqual(others, []);
        assert.match(JSON.stringify(sent?.body), /"filename":"letter\.pdf"/);
      });

      for (const file of Object.keys(contents)) assert.ok(!bff.logLines.join().includes(encoded(file)));
    });
  });
}

/** The person of the documents. */
async function createPerson(bff: TestBff, environment: string): Promise<void> {
  const request = {
    identity: { email: 'ada@example.edu', firstName: 'Ada', lastName: 'Lovelace', roleName: 'student' },
    externalReferences: [{ namespace: 'SIS', externalId: 'A-1' }],
  };
  const headers = { 'content-type': 'application/json', 'x-confirm-environment': environment };
  const path = `/api/environments/${environment}/users`;
  const { status } = await bff.call(path, { method: 'POST', headers, body: JSON.stringify(request) });
  assert.equal(status, 201);
}

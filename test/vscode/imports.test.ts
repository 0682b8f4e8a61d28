import assert from 'node:assert/strict';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { freePort, startTestBff } from '../support/bff/test-bff.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { buildExtension, importFromExplorer, noBrowser, signIn, vsix } from './person.ts';
import { openWorkbench } from './workbench.ts';

const people = Array.from({ length: 7 }, (_, index) => `student${index + 1}`);
const header = 'E-mail,First name,Last name,Student ID';
const line = (name: string, index: number) => `${name}@example.edu,Ada,Lovelace,2026000${index + 1}`;
const roster = [header, ...people.map(line), 'nobody,Charles,Babbage,20269999'].join('\n');

for (const kind of ['node', 'web'] as const) {
  describe(`imports in the ${kind} host`, { skip: noBrowser }, () => {
    before(buildExtension);

    test('a roster goes from the explorer to its results, and nobody is invited twice', {
      timeout: 240_000,
    }, async (t) => {
      const port = await freePort();
      const variables = {
        BFF_ALLOWED_ORIGINS: `http://127.0.0.1:${port}`,
        RATE_LIMIT_IMPORT_PER_MINUTE: '6000',
      };
      await using bff = await startTestBff({ variables, production: {} });
      using temporary = temporaryFolder();
      const folder = temporary.path;
      await writeFile(join(folder, 'roster.csv'), roster);
      const userSettings = { 'pearsana.backendUrl': bff.url };
      await using workbench = await openWorkbench({
        ...{ name: 'imports', vsix, kind, userSettings, port, folder },
      });
      const { page, quickInput, notification, treeItem, screenshot } = workbench;
      const invited = () =>
        [...(bff.production?.arrivals ?? []), ...bff.pearsana.arrivals].filter(
          ({ path }) => path === '/v1/invitations',
        );
      const picture = (name: string) => screenshot(`.cache/screenshots/import-${name}-${kind}.png`);

      /** From the menu to the review. */
      async function walkToReview(environment: string): Promise<void> {
        await importFromExplorer(workbench, 'roster.csv');
        await quickInput.pick('Invite people');
        await quickInput.message(/Namespace, the same in every row/);
        await quickInput.type('SIS');
        await quickInput.accept();
        await quickInput.pick(environment);
      }

      await signIn(workbench, bff.accessKey);

      await t.test('the review shows all of it, and Escape sends nothing', async () => {
        await walkToReview('production');
        await quickInput.step(/Invite people · production/);
        const shown = (await quickInput.options()).join('\n');
        for (const words of [
          /^Send the first 5, then ask — production/,
          /next, you type “production 7” to confirm/,
          /Invite 7 people — production/,
          /Will be sent, 7 rows/,
          /Skipped, faulty, 1 · listed in Problems/,
          /First, line 2 · SIS 20260001/,
          /Last, line 8 · SIS 20260007/,
          /3,000 rows a minute/,
        ])
          assert.match(shown, words);
        await picture('review');
        await quickInput.escape();
        assert.deepEqual(invited(), []);
      });

      await t.test(
        'the number is typed too, the first five are looked at, and each is invited once',
        async () => {
          await walkToReview('production');
          await quickInput.step(/Invite people · production/);
          await quickInput.accept();
          await quickInput.message(/Type “production 7” to invite 7 people/);
          await quickInput.type('production');
          await quickInput.message(/exactly/);
          await quickInput.type('production 7');
          await quickInput.accept();
          const asked = notification(/The first 5 rows were sent\. Continue with the other 2\?/).first();
          await asked.waitFor();
          assert.equal(invited().length, 5);
          await asked.getByRole('button', { name: 'Continue' }).click();
          await notification(/Imported roster\.csv into production: 7 done, 1 faulty\./)
            .first()
            .waitFor();
          // Several rows are on the wire at once, so they arrive in any order.
          const ids = invited().map(({ body }) => JSON.stringify(body).match(/2026\d{4}/)?.[0]);
          assert.deepEqual(
            ids.toSorted(),
            people.map((_, index) => `2026000${index + 1}`),
          );
        },
      );

      await t.test('the results are saved where the person says', async () => {
        const done = notification(/Imported roster\.csv into production/).first();
        await picture('results');
        await done.getByRole('button', { name: 'Save Results…' }).click();
        await quickInput.step(/Choose a folder for roster-results\.csv/);
        await quickInput.accept();
        await page
          .getByRole('tab', { name: /roster-results\.csv/ })
          .first()
          .waitFor();
        const results = (await readFile(join(folder, 'roster-results.csv'), 'utf8')).split('\r\n');
        assert.equal(results.length, 10);
        assert.match(results[1] ?? '', /^2,SIS 20260001,succeeded,.*inv_/);
        assert.match(results[8] ?? '', /^9,SIS 20269999,invalid/);
      });

      await t.test('the faulty cell is marked, and the view keeps the import', async () => {
        await treeItem('roster.csv').first().dblclick();
        await page.locator('.squiggly-error').first().waitFor();
        await workbench.openContainer('Pearsana');
        await page.getByRole('button', { name: 'Imports Section' }).click();
        await picture('view');
        await treeItem(/^roster\.csv.*7 done, 1 faulty · production/)
          .first()
          .waitFor();
        await picture('view');
      });

      await t.test('the same file again sends nothing', async () => {
        await walkToReview('production');
        await notification(/Imported roster\.csv into production: 7 done before, 1 faulty\./)
          .first()
          .waitFor();
        assert.equal(invited().length, 7);
      });
    });

    test('documents beside their file are submitted, and those that are not there are told', {
      timeout: 240_000,
    }, async () => {
      const port = await freePort();
      const variables = {
        BFF_ALLOWED_ORIGINS: `http://127.0.0.1:${port}`,
        RATE_LIMIT_IMPORT_PER_MINUTE: '6000',
      };
      await using bff = await startTestBff({ variables });
      using temporary = temporaryFolder();
      const folder = temporary.path;
      const rows = [
        'Namespace,External ID,Document type,File',
        'SIS,A-1,DIPLOMA,scans/a.pdf',
        'SIS,A-1,DIPLOMA,b.pdf',
        'SIS,A-1,DIPLOMA,../c.pdf',
        'SIS,A-1,DIPLOMA,link.pdf',
      ];
      await writeFile(join(folder, 'documents.csv'), rows.join('\r\n'));
      await mkdir(join(folder, 'scans'));
      await writeFile(join(folder, 'scans/a.pdf'), 'the diploma');
      await symlink('/etc/hostname', join(folder, 'link.pdf'));
      const person = {
        identity: { email: 'ada@example.edu', firstName: 'Ada', lastName: 'Lovelace', roleName: 'student' },
        externalReferences: [{ namespace: 'SIS', externalId: 'A-1' }],
      };
      const created = await bff.call('/api/environments/sandbox/users', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(person),
      });
      assert.equal(created.status, 201);
      const userSettings = { 'pearsana.backendUrl': bff.url };
      await using workbench = await openWorkbench({
        ...{ name: 'import-documents', vsix, kind, userSettings, port, folder },
      });
      const { quickInput, notification } = workbench;

      await signIn(workbench, bff.accessKey);
      await importFromExplorer(workbench, 'documents.csv');
      await quickInput.pick('Submit documents');
      await quickInput.step(/Submit documents · sandbox/);
      const shown = (await quickInput.options()).join('\n');
      assert.match(shown, /^Submit 1 document — sandbox/);
      assert.match(shown, /Skipped, faulty, 3/);
      await quickInput.accept();
      await notification(/Imported documents\.csv into sandbox: 1 done, 3 faulty\./)
        .first()
        .waitFor();
      const documents = bff.pearsana.arrivals.filter(({ path }) => path.startsWith('/v1/documents'));
      assert.deepEqual(
        documents.map(({ body }) => body),
        [
          {
            externalReference: { namespace: 'SIS', externalId: 'A-1' },
            documentType: 'DIPLOMA',
            file: Buffer.from('the diploma').toString('base64'),
            filename: 'a.pdf',
          },
        ],
      );
    });

    test('an import is paused and stopped in its view, and continued after a reload', {
      timeout: 240_000,
    }, async (t) => {
      const port = await freePort();
      const variables = {
        BFF_ALLOWED_ORIGINS: `http://127.0.0.1:${port}`,
        RATE_LIMIT_IMPORT_PER_MINUTE: '60',
      };
      await using bff = await startTestBff({ variables });
      using temporary = temporaryFolder();
      const folder = temporary.path;
      const many = Array.from({ length: 200 }, (_, index) => line(`student${index}`, index));
      await writeFile(join(folder, 'roster.csv'), [header, ...many].join('\n'));
      const userSettings = { 'pearsana.backendUrl': bff.url };
      await using workbench = await openWorkbench({
        ...{ name: 'import-resume', vsix, kind, userSettings, port, folder },
      });
      const { page, quickInput, notification, treeItem } = workbench;
      const arrivals = () => bff.pearsana.arrivals.filter(({ path }) => path === '/v1/invitations');
      const row = treeItem(/^roster\.csv, /).first();
      async function press(name: string): Promise<void> {
        await row.hover();
        await row.getByRole('button', { name }).click();
      }

      await signIn(workbench, bff.accessKey);
      await page.getByRole('button', { name: 'Imports Section' }).click();
      await importFromExplorer(workbench, 'roster.csv');
      await quickInput.pick('Invite people');
      await quickInput.message(/Namespace, the same in every row/);
      await quickInput.type('SIS');
      await quickInput.accept();
      await quickInput.step(/Invite people · sandbox/);
      await quickInput.accept();
      await notification(/Import roster\.csv into sandbox: [3-9] of 200 · \d+ a minute · \d min left/)
        .first()
        .waitFor();

      await t.test('nothing is sent while it is paused', async () => {
        await workbench.openContainer('Pearsana');
        await press('Pause Import');
        await treeItem(/^roster\.csv, paused/)
          .first()
          .waitFor();
        await page.waitForTimeout(1_000);
        const before = arrivals().length;
        await page.waitForTimeout(3_000);
        assert.equal(arrivals().length, before);
        await press('Continue Import');
        await treeItem(/^roster\.csv, \d+ of 200/)
          .first()
          .waitFor();
      });

      await t.test('after a reload it offers to continue, and asks what was done', async () => {
        await page.waitForTimeout(6_000);
        await page.reload();
        const offer = notification(/The import of roster\.csv into sandbox has not ended\./).first();
        await offer.waitFor({ timeout: 60_000 });
        await offer.getByRole('button', { name: 'Continue…' }).click();
        await quickInput.step(/^Invite people · sandbox/);
        const shown = (await quickInput.options()).join('\n');
        const done = Number(/Skipped, done before, (\d+)/.exec(shown)?.[1]);
        assert(done >= 3, shown);
        await workbench.screenshot(`.cache/screenshots/import-continue-${kind}.png`);
        await quickInput.accept();
        await notification(/Import roster\.csv into sandbox: [2-9] of 1\d\d/)
          .first()
          .waitFor();
      });

      await t.test('it is stopped in its view, and nobody was invited twice', async () => {
        await press('Stop Import');
        await notification(/Imported roster\.csv into sandbox: .* You stopped it\./)
          .first()
          .waitFor();
        const ids = arrivals().map(({ body }) => JSON.stringify(body).match(/2026000\d+/)?.[0]);
        assert.equal(new Set(ids).size, ids.length);
        await page.waitForTimeout(2_000);
        assert.equal(arrivals().length, ids.length);
      });
    });
  });
}

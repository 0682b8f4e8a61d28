import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { freePort } from '../../scripts/free-port.ts';
import { activityAnswer } from '../../shared/activity.ts';
import type { ImportsAnswer } from '../../shared/import-record.ts';
import { startTestBff } from '../support/bff/test-bff.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import {
  buildExtension,
  chooseInMenu,
  chooseInMenuOf,
  importFromExplorer,
  noBrowser,
  resizeSideBar,
  signIn,
  titleOf,
  vsix,
} from './person.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

const people = Array.from({ length: 7 }, (_, index) => `student${index + 1}`);
const header = 'E-mail,First name,Last name,Student ID';
const line = (name: string, index: number) => `${name}@example.edu,Ada,Lovelace,2026000${index + 1}`;
const roster = [header, ...people.map(line), 'nobody,Charles,Babbage,20269999'].join('\n');

/** A BFF that imports at this pace, a folder for the files, and how to open it in VS Code. */
async function startPlace(
  t: TestContext,
  kind: 'node' | 'web',
  { importsPerMinute, production }: { importsPerMinute: number; production?: object },
) {
  await using stack = new AsyncDisposableStack();
  const port = await freePort();
  const variables = {
    BFF_ALLOWED_ORIGINS: `http://127.0.0.1:${port}`,
    RATE_LIMIT_IMPORT_PER_MINUTE: String(importsPerMinute),
  };
  const bff = stack.use(await startTestBff({ variables, ...(production && { production }) }));
  const folder = stack.use(temporaryFolder()).path;
  const userSettings = { 'pearsana.backendUrl': bff.url };
  const kept = stack.move();
  return {
    bff,
    folder,
    open: (name: string) => openWorkbench({ name, t, vsix, kind, userSettings, port, folder }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

for (const kind of ['node', 'web'] as const) {
  describe(`imports in the ${kind} host`, { skip: noBrowser }, () => {
    before(buildExtension);

    test('a roster goes from the explorer to its results, and nobody is invited twice', {
      timeout: 240_000,
    }, async (t) => {
      await using place = await startPlace(t, kind, { importsPerMinute: 6_000, production: {} });
      const { bff, folder } = place;
      await writeFile(join(folder, 'roster.csv'), roster);
      await using workbench = await place.open('imports');
      const { page, quickInput, notification, treeItem, screenshot } = workbench;
      const invited = () =>
        [...(bff.production?.arrivals ?? []), ...bff.pearsana.arrivals].filter(
          ({ path }) => path === '/v1/invitations',
        );
      const importStatus = page.locator('[id="pearsana-tools.pearsana-partner.import"]');
      const picture = (name: string) => screenshot(`.cache/screenshots/import-${name}-${kind}.png`);

      /** From the file's menu to the review. */
      async function walkToReview(environment: string, describe = describeRows): Promise<void> {
        await importFromExplorer(workbench, 'roster.csv');
        await describe(workbench);
        await quickInput.pick(environment);
      }

      const marked = (row: string, words: RegExp) =>
        until(`the line of ${row} says it`, async () => words.test(await wordsAt(page, row)));

      await signIn(workbench, bff.accessKey);

      await t.test('the review shows all of it, and Escape sends nothing', async () => {
        await walkToReview('production');
        await quickInput.step(/^⚠ Invite people · production · protected/);
        await page.getByPlaceholder(/^This reaches real people\./).waitFor();
        const shown = (await quickInput.options()).join('\n');
        for (const words of [
          /^Send the first 5, then ask — production/,
          /Pearsana e-mails each person\. You look at these 5 before the rest\./,
          /next, you type “production 7”/,
          /Invite 7 people — production/,
          /Will be sent, 7 rows/,
          /Skipped, faulty, 1 · choose this line to see them/,
          /First, line 2 · SIS 20260001/,
          /Last, line 8 · SIS 20260007/,
          /3,000 rows a minute/,
        ])
          assert.match(shown, words);
        await picture('review');
        await quickInput.escape();
        assert.deepEqual(invited(), []);
        // The review may have covered the file.
        await page.locator('.tab.active', { hasText: 'roster.csv' }).waitFor();
        await marked('nobody', /is not an e-mail address/);
      });

      await t.test(
        'the number is typed too, the first five are looked at, and each is invited once',
        async () => {
          // Escape has thrown away nothing that was chosen for the columns.
          await walkToReview('production', (own) => describeRowsAsBefore(own, /^Import roster\.csv/));
          await quickInput.step(/Invite people · production/);
          await quickInput.accept();
          await quickInput.message(
            /Type “production 7” to invite 7 people: the first 5 now, the other 2 after you agree$/,
          );
          await picture('confirm');
          await quickInput.type('production');
          await quickInput.message(/exactly/);
          await quickInput.type('production 7');
          const underWay = page.locator('.statusbar-item', { hasText: 'Import roster.csv · production' });
          await underWay.waitFor();
          await quickInput.accept();
          const asked = notification(/The first 5 rows were sent\. Continue with the other 2\?/).first();
          await asked.waitFor();
          assert.equal(invited().length, 5);
          await underWay.waitFor();
          // The view where it can be paused is seen, and so is that it waits.
          await treeItem(/^roster\.csv, waiting for you · 5 of 7 · production/)
            .first()
            .waitFor();
          await importStatus.getByText('roster.csv: 5 of 7 · waiting for you').waitFor();
          await picture('asking');
          // What was sent so far is in the file, all of it.
          await workbench.openContainer('Explorer');
          await treeItem('roster.csv').first().dblclick();
          for (const name of people.slice(0, 5)) await marked(`${name}@`, /^"✓ Invited in production"$/);
          await marked('student6@', /○ Never sent to production/);
          // A message is soon gone. A click on the line of the view asks again.
          await workbench.runCommand('Notifications: Clear All Notifications');
          await asked.waitFor({ state: 'detached' });
          await workbench.openContainer('Pearsana');
          await treeItem(/^roster\.csv, waiting for you/)
            .first()
            .click();
          await picture('asking-again');
          await asked.getByRole('button', { name: 'Continue' }).click();
          await notification(/Imported roster\.csv into production: 7 done, 1 faulty\./)
            .first()
            .waitFor();
          await underWay.waitFor({ state: 'detached' });
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
        await workbench.openContainer('Explorer');
        await treeItem('roster.csv').first().dblclick();
        await page.locator('.squiggly-error').first().waitFor();
        await workbench.openContainer('Pearsana');
        // In a narrow side bar, what became of it is cut last.
        const row = treeItem(/^roster\.csv, 7 done, 1 faulty · production/).first();
        await row.locator('.label-name', { hasText: /^7 done, 1 faulty$/ }).waitFor();
        await resizeSideBar(workbench, 174);
        await picture('view-narrow');
        await resizeSideBar(workbench, 300);
        await picture('view');
      });

      await t.test('the rows to mend are saved as they were, with what is wrong', async () => {
        await workbench.runCommand('Notifications: Clear All Notifications');
        // Whoever looked away finds all of it by the status bar, once the message has gone.
        await importStatus.getByText('roster.csv: 7 done, 1 faulty').click();
        const results = page.locator('.editor-instance .view-lines');
        await results.filter({ hasText: /9\s+SIS\s20269999\s+faulty\s+E-mail:\s/ }).waitFor();
        await importStatus.waitFor({ state: 'detached' });
        await page.getByRole('button', { name: 'Save as CSV…' }).waitFor();
        await picture('results-text');
        const done = notification(/Imported roster\.csv into production/).first();
        await done.getByRole('button', { name: 'Save Rows to Mend…' }).click();
        await quickInput.step(/Choose a folder for roster-to-mend\.csv/);
        await quickInput.accept();
        await page
          .getByRole('tab', { name: /roster-to-mend\.csv/ })
          .first()
          .waitFor();
        const [first, second] = (await readFile(join(folder, 'roster-to-mend.csv'), 'utf8')).split('\r\n');
        assert.equal(first, `${header},What to mend`);
        assert.match(second ?? '', /^nobody,Charles,Babbage,20269999,E-mail: .* is not an e-mail address\.$/);
      });

      await t.test('rows to mend that somebody has edited are not overwritten', async () => {
        const edited = join(folder, 'roster-to-mend.csv');
        const text = `${await readFile(edited, 'utf8')}edited`;
        await writeFile(edited, text);
        await workbench.runCommand('Notifications: Clear All Notifications');
        const row = treeItem(/^roster\.csv.*7 done, 1 faulty · production/).first();
        await row.hover();
        await row.getByRole('button', { name: 'Show Import Results' }).click();
        const done = notification(/Imported roster\.csv into production/).first();
        await done.getByRole('button', { name: 'Save Rows to Mend…' }).click();
        await quickInput.accept();
        await page
          .getByRole('tab', { name: /roster-to-mend-2\.csv/ })
          .first()
          .waitFor();
        assert.equal(await readFile(edited, 'utf8'), text);
      });

      await t.test('Activity names the import by its file, and its menu leads to its results', async () => {
        const activity = page.locator('.pane', {
          has: page.getByRole('button', { name: 'Activity Section' }),
        });
        await activity.getByRole('treeitem', { name: /^production/ }).click();
        const named = activity.getByRole('treeitem', {
          name: /^roster\.csv, Import of 7 · Invite · .* · 7 done/,
        });
        await chooseInMenuOf(workbench, named.first(), ['Show Import Results']);
        await notification(/Imported roster\.csv into production/)
          .first()
          .waitFor();
        await picture('activity');
      });

      await t.test('a row of it is sent again from its file, and is told where that is gone', async () => {
        const activity = page.locator('.pane', {
          has: page.getByRole('button', { name: 'Activity Section' }),
        });
        const line = (name: RegExp) => activity.getByRole('treeitem', { name }).first();
        await line(/^roster\.csv, Import of 7/).click();
        const file = join(folder, 'roster.csv');
        const row = line(/^SIS 2026000\d, Invite, done/);
        const [id, number] = /2026000(\d)/.exec((await row.getAttribute('aria-label')) ?? '') ?? [];
        for (const isGone of [false, true]) {
          if (isGone) await rename(file, `${file}.old`);
          await chooseInMenuOf(workbench, row, ['Send Again…']);
          await quickInput.step(new RegExp(`^⚠ Again for SIS ${id}: Invite · production`));
          if (isGone) await quickInput.message(/\. roster\.csv cannot be read, so enter it again/);
          else {
            await page.getByPlaceholder(/^This reaches real people\./).waitFor();
            assert.ok((await quickInput.options()).join('\n').includes(`student${number}@example.edu`));
          }
          await picture(`send-again-${isGone ? 'gone' : 'file'}`);
          await quickInput.escape();
        }
        await rename(`${file}.old`, file);
      });

      await t.test(
        'after a check, each line of tomorrow’s longer roster says what is known of it',
        async () => {
          const more = ['student8', 'student9'].map((name, index) => line(name, index + 7));
          await writeFile(join(folder, 'longer.csv'), [roster, ...more].join('\n'));
          await workbench.openContainer('Explorer');
          await treeItem('longer.csv').first().dblclick();
          await page.locator('.view-line', { hasText: 'student9@' }).waitFor();
          assert.equal(await wordsAt(page, 'student9@'), '');
          await editorAction(page, 'Check Import File…').click();
          await describeRowsAsBefore(workbench, /^Check longer\.csv/);
          await quickInput.pick('production');
          await notification(
            /Checked longer\.csv for production: 2 new, 7 done before, 1 faulty\. Nothing was sent\./,
          )
            .first()
            .waitFor();
          await picture('check');
          for (const [row, words] of [
            ['student1@', /^"✓ Already invited in production [^(]*"$/],
            ['student9@', /○ Never sent to production/],
            ['nobody', /is not an e-mail address/],
          ] as const)
            await marked(row, words);
          assert.equal(invited().length, 7);
        },
      );

      await t.test(
        'the same file again sends nothing, unless a person chooses to send it again',
        async () => {
          // Somebody has mended the faulty row elsewhere, as in the file of rows to mend.
          const mended = await bff.call('/api/environments/production/invitations', {
            method: 'POST',
            headers: { 'content-type': 'application/json', 'x-confirm-environment': 'production' },
            body: JSON.stringify({
              ...{ email: 'nobody@example.edu', identity: { firstName: 'Charles', lastName: 'Babbage' } },
              externalReferences: [{ namespace: 'SIS', externalId: '20269999' }],
            }),
          });
          assert.equal(mended.status, 201);
          await workbench.runCommand('Notifications: Clear All Notifications');
          await workbench.openContainer('Explorer');
          await treeItem('roster.csv').first().dblclick();
          await page.locator('.tab.active', { hasText: 'roster.csv' }).waitFor();
          await editorAction(page, 'Import from File…').click();
          await describeRowsAsBefore(workbench, /^Import /);
          await quickInput.pick('production');
          const done = notification(
            /Nothing in roster\.csv is left to send to production: 8 done before\./,
          ).first();
          await done.waitFor();
          assert.equal(invited().length, 8);
          await done.getByRole('button', { name: 'Send Again…' }).click();
          await quickInput.step(/Invite people · production/);
          const shown = (await quickInput.options()).join('\n');
          assert.match(shown, /Sent again, done before, 7 · choose this line to skip them/);
          await quickInput.pick('Invite 7 people — production');
          await quickInput.message(/Type “production 7” to invite 7 people/);
          await quickInput.type('production 7');
          await quickInput.accept();
          await notification(/Imported roster\.csv into production: 7 done, 1 done before\./)
            .first()
            .waitFor();
          assert.equal(invited().length, 15);
          // Whoever only looks at another environment finds the lines as they were.
          await marked('student1@', /Invited in production/);
          await editorAction(page, 'Import from File…').click();
          await describeRowsAsBefore(workbench, /^Import /);
          await quickInput.pick('sandbox');
          await quickInput.step(/^Invite people · sandbox/);
          await marked('student1@', /Never sent to sandbox/);
          await quickInput.escape();
          await marked('student1@', /Invited in production/);
        },
      );

      await t.test('what somebody found out elsewhere is seen once the file is looked at again', async () => {
        await writeFile(join(folder, 'lost.csv'), `${header}\n${line('unanswered', 90)}\n`);
        await workbench.openContainer('Explorer');
        await treeItem('lost.csv').first().dblclick();
        await page.locator('.tab.active', { hasText: 'lost.csv' }).waitFor();
        await editorAction(page, 'Import from File…').click();
        await describeRowsAsBefore(workbench, /^Import /);
        await quickInput.pick('sandbox');
        await quickInput.step(/^Invite people · sandbox/);
        await quickInput.options();
        await quickInput.accept();
        await marked('unanswered@', /\? Outcome unknown in sandbox/);
        const path = '/api/environments/sandbox/activity';
        const { activity } = activityAnswer.parse((await bff.call(path)).body);
        const id = activity.find(({ state }) => state === 'unknown')?.id;
        await page
          .getByRole('tab', { name: /roster\.csv/ })
          .first()
          .click();
        const resolved = await bff.call(`${path}/${id}/resolve`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ happened: true }),
        });
        assert.equal(resolved.status, 200);
        await page
          .getByRole('tab', { name: /lost\.csv/ })
          .first()
          .click();
        await marked('unanswered@', /✓ Invited in sandbox/);
      });
    });

    test('documents beside their file or in a folder are submitted, and files come from everywhere', {
      timeout: 240_000,
    }, async (t) => {
      await using place = await startPlace(t, kind, { importsPerMinute: 6_000 });
      const { bff, folder } = place;
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
      await mkdir(join(folder, 'letters'));
      for (const name of ['letter-A-1.pdf', 'letter-A-2.pdf', 'notes.txt'])
        await writeFile(join(folder, 'letters', name), `the content of ${name}`);
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
      await using workbench = await place.open('import-documents');
      const { page, quickInput, notification } = workbench;

      await signIn(workbench, bff.accessKey);
      await t.test('a document in a folder below is submitted; others are told', async () => {
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

      await t.test('the pattern of a folder’s names is shown and corrected', async () => {
        await importFromExplorer(workbench, 'letters');
        assert.equal(await quickInput.value(), 'letter-A-{id}.pdf');
        await quickInput.accept();
        await quickInput.step(titleOf('Documents'));
        await quickInput.pick('Correct the Pattern…');
        await quickInput.step(titleOf('File names'));
        await quickInput.type('letter-{id}.pdf');
        await quickInput.accept();
        await quickInput.step(titleOf('Documents'));
        const found = (await quickInput.options()).join('\n');
        assert.match(found, /^Continue with 2 documents.*letter-A-1\.pdf, id A-1.*notes\.txt, does not fit/s);
        await workbench.screenshot(`.cache/screenshots/import-folder-${kind}.png`);
        await quickInput.accept();
        await quickInput.message(/The namespace of these people’s external IDs/);
        await quickInput.type('SIS');
        await quickInput.accept();
        await quickInput.pick('DIPLOMA');
        await quickInput.step(/Submit documents · sandbox/);
        const shown = (await quickInput.options()).join('\n');
        assert.match(shown, /First, letter-A-1\.pdf · SIS A-1/);
        assert.match(shown, /Left out, 1/);
        await quickInput.accept();
        // Nobody has the id A-2.
        await notification(/Imported letters into sandbox: 1 done, 1 refused\./)
          .first()
          .waitFor();
      });

      await t.test('a new file is filled in and imported from its editor', async () => {
        await workbench.runCommand('Pearsana: New Import File…');
        await quickInput.pick('Invite people');
        await page.locator('.tab.active', { hasText: 'invitations.csv' }).waitFor();
        await page.locator('.view-line', { hasText: 'ada@example.edu' }).waitFor();
        await editorAction(page, 'Import from File…').click();
        await quickInput.step('Import invitations.csv');
        await quickInput.pick('Invite people');
        await quickInput.step(/Invite people · sandbox/);
        assert.match((await quickInput.options()).join('\n'), /First, line 2 · SIS 20261234/);
        await quickInput.accept();
        await notification(/Imported invitations\.csv into sandbox: 1 done\./)
          .first()
          .waitFor();
      });

      await t.test(
        'a file that is picked for an environment finds its import again by its digest',
        async () => {
          const file = `${header},Namespace\n${line('lost', 0)},SIS\n${line('found', 1)},SIS\n`;
          await writeFile(join(folder, 'lost.csv'), file);
          const digest = createHash('sha256').update(file).digest('hex');
          const imports = '/api/environments/sandbox/imports';
          // What this VS Code kept of it is lost.
          await bff.call(imports, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ operation: 'createInvitation', rows: 2, digest }),
          });
          await workbench.openContainer('Pearsana');
          await chooseInMenu(workbench, 'sandbox', 'Import from File…');
          await quickInput.step('Choose a file to import');
          await quickInput.pick('lost.csv');
          await quickInput.step('Import lost.csv');
          await quickInput.pick('Invite people');
          await quickInput.step(/Invite people · sandbox/);
          await quickInput.accept();
          await notification(/Imported lost\.csv into sandbox: 2 done\./)
            .first()
            .waitFor();
          const { body } = await bff.call(imports);
          const same = (body as ImportsAnswer).imports.filter((each) => each.digest === digest);
          assert.deepEqual(
            same.map(({ state, counts }) => [state, counts.succeeded]),
            [['finished', 2]],
          );
        },
      );
    });

    test('an import is paused in its view, continued after a reload, and stopped from another window', {
      timeout: 240_000,
    }, async (t) => {
      await using place = await startPlace(t, kind, { importsPerMinute: 180 });
      const { bff, folder } = place;
      // Enough for several minutes, so that it is still under way wherever a busy machine looks late.
      const rows = 600;
      const many = Array.from({ length: rows }, (_, index) => line(`student${index}`, index));
      await writeFile(join(folder, 'roster.csv'), [header, ...many].join('\n'));
      await using workbench = await place.open('import-resume');
      const { page, quickInput, notification, treeItem } = workbench;
      const arrivals = () => bff.pearsana.arrivals.filter(({ path }) => path === '/v1/invitations');
      // Activity has a line of the same name.
      const row = treeItem(/^roster\.csv, (paused|\d)/).first();
      async function press(name: string): Promise<void> {
        await row.hover();
        await row.getByRole('button', { name }).click();
      }

      await signIn(workbench, bff.accessKey);
      await importFromExplorer(workbench, 'roster.csv');
      await describeRows(workbench);
      await quickInput.step(/Invite people · sandbox/);
      await quickInput.accept();
      await notification(/Import roster\.csv into sandbox \(.*\): \d+ of 600 · \d+ a minute · .* left/)
        .first()
        .waitFor();

      await t.test('nothing is sent while it is paused', async () => {
        await press('Pause Import');
        await treeItem(/^roster\.csv, paused/)
          .first()
          .waitFor();
        await page.waitForTimeout(1_000);
        const before = arrivals().length;
        await page.waitForTimeout(1_500);
        assert.equal(arrivals().length, before);
        await workbench.runCommand('Pearsana: Continue Import');
        await treeItem(/^roster\.csv, \d+ of 600/)
          .first()
          .waitFor();
      });

      await t.test(
        'after a reload it offers to continue, and shows what was done and what has changed',
        async () => {
          await page.waitForTimeout(3_000);
          const three = Array.from({ length: 3 }, (_, index) => line(`more${index}`, index + rows));
          await writeFile(join(folder, 'roster.csv'), [header, ...many, ...three].join('\n'));
          await page.reload();
          const offer = notification(/The import of roster\.csv into sandbox has not finished\./).first();
          await offer.waitFor();
          await offer.getByRole('button', { name: 'Continue…' }).click();
          await quickInput.step(/^The file has changed · Invite people · sandbox/);
          const shown = (await quickInput.options()).join('\n');
          const done = Number(/Skipped, done before, (\d+)/.exec(shown)?.[1]);
          assert(done >= 3, shown);
          assert.match(shown, /File, roster\.csv · changed since you confirmed it: 603 rows now, 600 then/);
          await workbench.screenshot(`.cache/screenshots/import-continue-${kind}.png`);
          await quickInput.accept();
          await notification(/Import roster\.csv into sandbox \(.*\): [1-9]\d* of \d\d\d/)
            .first()
            .waitFor();
        },
      );

      await t.test('another window stops it, and nobody was invited twice', async () => {
        const other = await workbench.anotherWindow();
        // The view is unfolded there too.
        await other.openContainer('Pearsana');
        const open = other.treeItem(/^Invite: \d+ rows, open/).first();
        await open.hover();
        await open.getByRole('button', { name: 'Stop Import' }).click();
        await other.notification(/The import was stopped\./).waitFor();
        const before = arrivals().length;
        const told = notification(
          /Imported roster\.csv into sandbox: .* It was stopped in another window or on another machine\./,
        ).first();
        await told.waitFor();
        await workbench.screenshot(`.cache/screenshots/import-stopped-${kind}.png`);
        // A row that was on its way when it was stopped.
        assert(arrivals().length <= before + 1);
        const ids = arrivals().map(({ body }) => JSON.stringify(body).match(/2026000\d+/)?.[0]);
        assert.equal(new Set(ids).size, ids.length);
      });
    });
  });
}

/** What the file's rows are for, as it was said of a file with the same header. */
async function describeRowsAsBefore({ quickInput }: Workbench, title: RegExp): Promise<void> {
  await quickInput.step(title);
  await quickInput.pick('Invite people');
  await quickInput.step(titleOf('Columns'));
  assert.match((await quickInput.options()).join('\n'), /^Use Them as Before, Namespace: SIS/);
  await quickInput.pick('Use Them as Before');
}

/** What the file's rows are for, and the namespace that the file does not have. */
async function describeRows({ quickInput }: Workbench): Promise<void> {
  await quickInput.step(/^Import /);
  await quickInput.pick('Invite people');
  await quickInput.message(/The namespace of these people’s external IDs/);
  await quickInput.type('SIS');
  await quickInput.accept();
}

/** A button in the title of the editor. */
const editorAction = (page: Page, name: string) =>
  page.locator('.editor-actions').getByRole('button', { name });

/** What is written beside the first line of the editor that has this text, and is no part of it. */
async function wordsAt(page: Page, text: string): Promise<string> {
  const shown = page.locator('.view-line', { hasText: text }).first().locator('span');
  const contents = await shown.evaluateAll((spans) =>
    spans.map((span) => getComputedStyle(span, '::after').content),
  );
  return contents.filter((content) => content.startsWith('"')).join('');
}

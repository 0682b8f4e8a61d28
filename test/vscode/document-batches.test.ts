import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { freePort } from '../../scripts/free-port.ts';
import { submitDocumentBatchRequest } from '../../shared/documents.ts';
import { startBffWith } from '../support/bff/test-bff.ts';
import { type Reply, startFaultServer } from '../support/partner/fault-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import {
  buildExtension,
  chooseInExplorer,
  clickInDetails,
  noBrowser,
  passSteps,
  signIn,
  submitFromExplorer,
  submitRangeFromExplorer,
  vsix,
} from './person.ts';
import { openWorkbench } from './workbench.ts';

const mostBytes = 4_096;
const files = Array.from({ length: 27 }, (_, index) => `${String(index + 1).padStart(2, '0')}.pdf`);

/** What Pearsana answers where each document is accepted. */
function accepted(count: number): Reply {
  const results = Array.from({ length: count }, (_, index) => ({
    itemId: String(index + 1),
    status: 'accepted',
    document: { documentId: `doc_${index + 1}` },
  }));
  return { body: { results } };
}

for (const kind of ['node', 'web'] as const) {
  describe(`more documents than one request holds, in the ${kind} host`, { skip: noBrowser }, () => {
    before(buildExtension);

    test('go one request after another, and none goes twice', { timeout: 240_000 }, async (t) => {
      const port = await freePort();
      await using partner = await startFaultServer();
      await using bff = await startBffWith(
        { sandbox: partner },
        { BFF_ALLOWED_ORIGINS: `http://127.0.0.1:${port}`, MAX_DOCUMENT_BYTES: String(mostBytes) },
      );
      using temporary = temporaryFolder();
      const folder = temporary.path;
      for (const file of files) await writeFile(join(folder, file), `The contents of ${file}`);
      const userSettings = { 'pearsana.backendUrl': bff.url };
      await using workbench = await openWorkbench({
        name: 'batches',
        t,
        vsix,
        kind,
        userSettings,
        port,
        folder,
      });
      const { page, quickInput, notification } = workbench;
      /** The numbers of the files that each request carried. */
      const sent = () =>
        partner.api.arrivals.map(({ body }) =>
          submitDocumentBatchRequest.parse(JSON.parse(body)).items.map(({ filename }) => filename),
        );
      const once = (count: number) => [
        { ask: `${count} files`, pick: `Same type, person and intent for all ${count} files` },
        { ask: 'Document type', pick: 'DIPLOMA' },
        { ask: 'Person', text: 'SIS A-1' },
        { ask: 'Intent', pick: 'store_only' },
      ];
      const read = () => page.waitForTimeout(1_000);

      await signIn(workbench, bff.accessKey);

      await t.test('unknown: the second request is not sent again without a person’s word', async () => {
        partner.api.next(accepted(25), { fault: 'reset-after-body' }, accepted(2));
        await submitRangeFromExplorer(workbench, files);
        await passSteps(workbench, once(27));
        const [send] = await quickInput.options();
        assert.match(
          send ?? '',
          /^Submit 27 documents for SIS A-1 — sandbox.*Sent in 2 requests, one after the other/,
        );
        await workbench.screenshot(`.cache/screenshots/batches-review-${kind}.png`);
        await quickInput.accept();
        const told = notification(
          /Documents in sandbox: 25 done, 2 with an unknown outcome\..*The batch of documents for SIS A-1 may have been submitted: check/s,
        ).first();
        await told.waitFor();
        await told.getByRole('button', { name: 'Details' }).click();
        const details = page.locator('.monaco-dialog-box');
        await details.getByRole('button', { name: 'Mark as Resolved' }).waitFor();
        assert.equal(await page.getByRole('button', { name: /Try Again|Retry/ }).count(), 0);
        assert.deepEqual(sent(), [files.slice(0, 25), files.slice(25)]);
        await workbench.screenshot(`.cache/screenshots/batches-unknown-${kind}.png`);
        await details.getByRole('button', { name: 'Open Results' }).click();
        const text = page.locator('.editor-instance .view-lines');
        await text.filter({ hasText: /25\.pdf\s+SIS\sA-1\s+done\s+doc_25/ }).waitFor();
        // Those that need somebody come first, in an editor that asks nobody to save it.
        await text.filter({ hasText: /request\s*26\.pdf\s+SIS\sA-1\s+outcome\sunknown/ }).waitFor();
        const tab = page.getByRole('tab', { name: /^Documents in sandbox/ });
        await page.locator('.editor-instance .monaco-editor').first().click();
        await page.keyboard.press('x');
        assert.doesNotMatch((await tab.getAttribute('class')) ?? '', /dirty/);
        await workbench.screenshot(`.cache/screenshots/batches-results-${kind}.png`);
        await page.getByRole('button', { name: 'Save as CSV…' }).click();
        const saved = join(folder, 'Documents in sandbox.csv');
        await quickInput.step('Save Results as CSV');
        // The dialog fills in the name a moment later.
        await until('it proposes a name', async () => (await quickInput.value()) === saved);
        await quickInput.accept();
        await until('it is saved', () => existsSync(saved) && readFileSync(saved).length > 0);
        assert.match(
          readFileSync(saved, 'utf8'),
          /^file,person,result,why,document,request\r?\n26\.pdf,SIS A-1,outcome unknown,/,
        );
        await page.getByRole('tab', { name: /^Documents in sandbox\.csv/ }).waitFor();
        await workbench.runCommand('View: Close All Editors');
        await rm(saved);
        await workbench.treeItem('Documents in sandbox.csv').waitFor({ state: 'detached' });

        await read();
        await submitFromExplorer(workbench, ['26.pdf', '27.pdf']);
        await passSteps(workbench, once(2));
        await quickInput.accept();
        const again = notification(
          /2 with an unknown outcome\. Not sent: the batch of documents for SIS A-1 \(today .*\) has no known outcome/,
        ).first();
        await again.waitFor();
        assert.equal(sent().length, 2);
        await clickInDetails(workbench, again, 'Send Again Anyway…');
        await quickInput.step(/Submit 2 documents · sandbox.*\(1\/1\)/);
        await quickInput.options();
        await quickInput.accept();
        await until('they are sent again', () => sent().length === 3);
        assert.deepEqual(sent().slice(2), [files.slice(25)]);
      });

      await read();
      await t.test('cancelled: what has left is waited for, and the rest is offered again', async () => {
        partner.api.arrivals.length = 0;
        const arrived = Promise.withResolvers<void>();
        partner.api.next({ ...accepted(25), after: arrived.promise }, accepted(2));
        await submitRangeFromExplorer(workbench, files);
        await passSteps(workbench, once(27));
        await quickInput.accept();
        const progress = notification(/Submitting documents in sandbox.*0 of 27/).first();
        await progress.waitFor();
        await until('the first request arrived', () => sent().length === 1);
        await workbench.screenshot(`.cache/screenshots/batches-progress-${kind}.png`);
        await progress.getByRole('button', { name: 'Cancel' }).click();
        // Nothing shows when the extension knows of it, and the answer must not overtake it.
        await page.waitForTimeout(1_000);
        arrived.resolve();
        const told = notification(/Documents in sandbox: 25 done, 2 not sent\./).first();
        await told.waitFor();
        assert.deepEqual(sent(), [files.slice(0, 25)]);
        await read();
        await told.getByRole('button', { name: 'Review and Try Again' }).click();
        await quickInput.step(/Submit 2 documents · sandbox.*\(1\/1\)/);
        await quickInput.options();
        await quickInput.accept();
        await until('the rest is sent', () => sent().length === 2);
        assert.deepEqual(sent()[1], files.slice(25));
      });

      await read();
      await t.test('too large for this BFF: said by name, before anything is asked', async () => {
        partner.api.arrivals.length = 0;
        await writeFile(join(folder, '00-large.pdf'), Buffer.alloc(mostBytes + 1));
        await workbench.openContainer('Explorer');
        await workbench.treeItem('00-large.pdf').first().waitFor();
        await chooseInExplorer(workbench, '00-large.pdf', 'Submit Documents…');
        await notification(/00-large\.pdf is 4\.1 KB; the limit is 4 KB\. Remove it from the selection/)
          .first()
          .waitFor();
        assert.deepEqual(sent(), []);
      });
    });
  });
}

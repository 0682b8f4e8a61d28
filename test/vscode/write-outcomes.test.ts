import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { freePort } from '../../scripts/free-port.ts';
import { activityAnswer } from '../../shared/activity.ts';
import { startBffWith } from '../support/bff/test-bff.ts';
import { startFaultServer } from '../support/partner/fault-server.ts';
import { until } from '../support/until.ts';
import {
  buildExtension,
  chooseInMenu,
  chooseInMenuOf,
  clickBeside,
  clickInDetails,
  invitationEntries,
  noBrowser,
  passSteps,
  signIn,
  titleOf,
  vsix,
} from './person.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

const created = {
  status: 201,
  body: {
    invitation: {
      invitationId: 'inv_1',
      status: 'pending',
      userState: 'new',
      creationDateTime: '2026-01-30T00:00:00Z',
    },
  },
};

/** Everything up to the review. */
async function fillIn(workbench: Workbench, reference: string): Promise<void> {
  await clickBeside(workbench, 'sandbox', 'Invite');
  await passSteps(workbench, invitationEntries('ada@example.edu', reference));
}

/** The same, and the Enter that sends. */
async function invite(workbench: Workbench, reference = 'SIS A-1'): Promise<void> {
  await fillIn(workbench, reference);
  await workbench.quickInput.accept();
}

for (const kind of ['node', 'web'] as const) {
  describe(`what became of a write, in the ${kind} host`, { skip: noBrowser }, () => {
    before(buildExtension);

    test('is said in words, and decides whether to try again', { timeout: 240_000 }, async (t) => {
      const port = await freePort();
      await using partner = await startFaultServer();
      const variables = {
        ...{ BFF_ALLOWED_ORIGINS: `http://127.0.0.1:${port}`, PARTNER_TIMEOUT_MS: '5000' },
        // A robot does in a minute what takes a person ten.
        RATE_LIMIT_PER_MINUTE: '1000',
      };
      await using bff = await startBffWith({ sandbox: partner }, variables);
      await using workbench = await openWorkbench({
        name: 'write-outcomes',
        t,
        vsix,
        kind,
        port,
        userSettings: { 'pearsana.backendUrl': bff.url },
      });
      const { page, quickInput, notification } = workbench;
      const sent = () => partner.api.count('/v1/invitations');
      // VS Code shows no more than three toasts within 800 ms: nobody could read them. A robot has to slow down.
      const read = () => page.waitForTimeout(1_000);
      await signIn(workbench, bff.accessKey);

      await t.test('refused: nothing happened, and the same request can be mended and sent', async () => {
        const error = {
          code: 'ALREADY_INVITED',
          message: 'This person was [invited](command:x) before.',
          requestId: 'p-1',
        };
        partner.api.next({ status: 409, body: { error } }, created);
        await invite(workbench);
        const told = notification(
          /ALREADY|was \[invited\] \(command:x\) before.*Nothing was changed/s,
        ).first();
        await told.waitFor();
        // Pearsana's text is not shown as a link.
        assert.equal(await told.locator('a[href*="command:"], a[data-href*="command:"]').count(), 0);
        await read();
        await told.getByRole('button', { name: 'Review and Try Again' }).click();
        // Called with arguments: nothing is asked again, but the review still comes.
        await quickInput.step(/Invite · sandbox.*\(1\/1\)/);
        assert.equal(sent(), 1);
        await quickInput.options();
        await quickInput.accept();
        await notification(/Invited ada@example\.edu \(inv_1, pending\) in sandbox/)
          .first()
          .waitFor();
        assert.equal(sent(), 2);
      });

      await read();
      await t.test('unknown: where to look, and the next review says so and does not send', async () => {
        partner.api.next({ fault: 'hang' });
        await invite(workbench, 'SIS A-2');
        const told = notification(
          /did not answer in time\. The invitation for SIS A-2 may have been sent: check the Pearsana portal/,
        ).first();
        await told.waitFor();
        assert.equal(await told.getByRole('button', { name: /Try Again|Retry/ }).count(), 0);
        // No id in passing: it is behind the details, and can be copied there.
        await told.getByRole('button', { name: 'Details' }).click();
        const details = page.locator('.monaco-dialog-box');
        await details.getByText(/Request [\w-]{36}/).waitFor();
        await workbench.screenshot(`.cache/screenshots/details-${kind}.png`);
        await details.getByRole('button', { name: 'Copy Request ID' }).click();
        assert.equal(sent(), 3);
        await read();
        await fillIn(workbench, 'SIS A-2');
        const [first] = await quickInput.options();
        assert.match(
          first ?? '',
          /^The invitation for SIS A-2 \(today .*\) has no known outcome, Enter closes this/,
        );
        await workbench.screenshot(`.cache/screenshots/review-unknown-${kind}.png`);
        await quickInput.accept();
        await quickInput.hidden();
        assert.equal(sent(), 3);
      });

      await t.test('resolved by a person: it did not happen, so the same request is sent', async () => {
        await fillIn(workbench, 'SIS A-2');
        await quickInput.pick('Mark as Resolved…');
        await quickInput.step(/Mark as Resolved · sandbox/);
        await quickInput.pick('It did not happen');
        const marked = notification(/Marked as not sent: the invitation for SIS A-2 in sandbox\./).first();
        await marked.waitFor();
        await read();
        partner.api.next(created);
        // The review that told of it still had the request.
        await marked.getByRole('button', { name: 'Send Again…' }).click();
        await quickInput.step(/Invite · sandbox.*\(1\/1\)/);
        assert.equal(sent(), 3);
        await quickInput.pick('Invite ada@example.edu — sandbox');
        await until('it is sent', () => sent() === 4);
      });

      await read();
      await t.test('unknown, and wanted all the same: with a new key, after the review', async () => {
        partner.api.next({ fault: 'reset-after-body' }, created);
        await invite(workbench, 'SIS A-3');
        const told = notification(
          /Connection lost before Pearsana answered\. The invitation for SIS A-3 may have been sent/,
        ).first();
        await told.waitFor();
        await read();
        await clickInDetails(workbench, told, 'Send Again Anyway…');
        await quickInput.step(/Invite · sandbox.*\(1\/1\)/);
        const [first] = await quickInput.options();
        assert.match(first ?? '', /^The invitation for SIS A-3 .* has no known outcome/);
        assert.equal(sent(), 5);
        await quickInput.pick('Send Anyway — sandbox');
        await until('it is sent', () => sent() === 6);
      });

      await read();
      await t.test('cancelled while it was sent: trying again asks for the first one', async () => {
        const cancelled = Promise.withResolvers<void>();
        partner.api.next({ after: cancelled.promise, ...created });
        await invite(workbench, 'SIS A-4');
        await until('it is sent', () => sent() === 7);
        await page.locator('.notification-list-item').getByRole('button', { name: 'Cancel' }).first().click();
        const told = notification(/The invitation for SIS A-4 may have been sent\. Retrying is safe/).first();
        await told.waitFor();
        // Not before: the answer could overtake the cancellation.
        cancelled.resolve();
        const path = '/api/environments/sandbox/activity';
        // The unresolved ones come first, whenever they were sent.
        const latest = async () => {
          const { activity } = activityAnswer.parse((await bff.call(path)).body);
          return activity.toSorted((a, b) => Number(b.id) - Number(a.id))[0];
        };
        while ((await latest())?.state === 'in_flight') await page.waitForTimeout(50);
        assert.equal((await latest())?.state, 'succeeded');
        await read();
        await told.getByRole('button', { name: 'Review and Try Again' }).click();
        await quickInput.step(/Invite · sandbox.*\(1\/1\)/);
        const [first] = await quickInput.options();
        assert.match(first ?? '', /^Already invited (just now|\d+ min ago) \(inv_1\), Enter closes this/);
        await quickInput.pick('Send Anyway — sandbox');
        await notification(/It was already done, so it was not sent again/)
          .first()
          .waitFor();
        assert.equal(sent(), 7);
      });

      await read();
      await t.test(
        'in the activity: unknown ones are first and counted, and many resolved at once',
        async () => {
          partner.api.next({ fault: 'reset-after-body' });
          await invite(workbench, 'SIS A-5');
          await notification(
            /Connection lost before Pearsana answered\. The invitation for SIS A-5 may have been sent/,
          )
            .first()
            .waitFor();
          await read();
          await workbench.runCommand('Notifications: Clear All Notifications');
          // What is out of sight is not in the page.
          const toggle = () => page.locator('.pane-header', { hasText: 'Environments' }).click();
          await toggle();
          const view = page.locator('.pane', { has: page.locator('.pane-header', { hasText: 'Activity' }) });
          const line = (name: RegExp) => view.getByRole('treeitem', { name });
          const choose = (name: RegExp, item: string) =>
            chooseInMenuOf(workbench, line(name).first(), [item]);
          const unknown = /^SIS A-\d, Invite, outcome unknown, sandbox, /;
          const done = /^SIS A-\d, Invite, done, /;
          await line(/^Outcome unknown: 2 writes may or may not have happened/).waitFor();
          await line(unknown).nth(1).waitFor();
          await line(done).nth(3).waitFor();
          assert.equal(await line(done).count(), 4);
          const badge = page.locator('.activitybar .badge-content', { hasText: /^2$/ });
          await badge.waitFor();
          await workbench.screenshot(`.cache/screenshots/activity-${kind}.png`);

          // A click shows all of it, in an editor that nobody can change.
          await line(unknown).first().click();
          await page.getByRole('tab', { name: /^Invite for SIS A-\d/ }).waitFor();
          await page
            .locator('.editor-instance .view-lines', { hasText: /Outcome\s+Outcome\sunknown/ })
            .waitFor();
          const copied = (what: string) =>
            page.locator('.statusbar', { hasText: `Copied ${what}` }).waitFor();
          await choose(unknown, 'Copy as curl');
          await copied('a curl command');
          await choose(unknown, 'Copy for Pearsana Support');
          await copied('what Pearsana Support needs');

          await workbench.runCommand('Pearsana: Mark as Resolved…');
          await quickInput.step(/^Mark as Resolved$/);
          const choices = page.locator('.quick-input-widget .monaco-list-row');
          for (const number of [0, 1]) await choices.nth(number).click();
          await quickInput.accept();
          await quickInput.pick('All of them happened');
          await notification(/Marked as sent: 2 writes/)
            .first()
            .waitFor();
          // The view follows by itself.
          await line(done).nth(5).waitFor();
          await line(/^Outcome unknown/).waitFor({ state: 'detached' });
          // So does the page of details that is open.
          await page.locator('.editor-instance .view-lines', { hasText: /Outcome\s+Done/ }).waitFor();
          await badge.waitFor({ state: 'hidden' });

          await choose(done, 'Show Only This Person');
          await view.getByText(/Showing only: SIS A-\d/).waitFor();
          await view.hover();
          await view.getByRole('button', { name: 'Clear Filter' }).click();
          await view.getByText(/Showing only: SIS A-\d/).waitFor({ state: 'detached' });
          // A line that comes while another is clicked would be in its place.
          await line(done).nth(5).waitFor();

          // Nobody knows the person's e-mail any more but this window, so all of it is reviewed again.
          await choose(done, 'Send Again…');
          await quickInput.step(/Invite · sandbox/);
          assert.match(
            (await quickInput.options()).join('\n'),
            /^Already invited .*^Send Anyway — sandbox.*The invitation for SIS A-\d was sent today/ms,
          );
          await quickInput.escape();

          // A page has fifty; the next one comes by its last line.
          const write = (number: number) =>
            bff.call('/api/environments/sandbox/invitations', {
              method: 'POST',
              headers: { 'content-type': 'application/json' },
              body: JSON.stringify({
                ...{ email: 'ada@example.edu', identity: { firstName: 'Ada', lastName: 'Lovelace' } },
                externalReferences: [{ namespace: 'SIS', externalId: `P-${number}` }],
              }),
            });
          partner.api.next(...Array.from({ length: 50 }, () => created));
          for (let number = 0; number < 50; number += 1) await write(number);
          await workbench.runCommand('Pearsana: Refresh');
          await line(/^SIS P-49, Invite, done/).waitFor();
          const goTo = async (key: string) => {
            await line(/^sandbox/)
              .first()
              .focus();
            await page.keyboard.press(key);
          };
          await goTo('End');
          await line(/^Show more…/).click();
          await line(/^Show more…/).waitFor({ state: 'detached' });
          await goTo('End');
          await line(/^SIS A-1, Invite, refused/).waitFor();
          await toggle();
        },
      );

      await read();
      await t.test('not sent: says so, and offers the same request again', async () => {
        partner.auth.always({ status: 400, body: { error: 'invalid_scope' } });
        // A user needs another token than an invitation, so the one that is kept is of no use.
        await chooseInMenu(workbench, 'sandbox', 'Create User…');
        const [email, first, last, reference] = invitationEntries('a@b.co', 'SIS 1');
        assert(email && first && last && reference);
        await passSteps(workbench, [email, first, last, { ask: 'Role', text: 'student' }, reference]);
        await quickInput.accept();
        const told = notification(/partners\.users:write is not enabled.*Nothing was sent/s).first();
        await told.waitFor();
        await told.getByRole('button', { name: 'Review and Try Again' }).waitFor();
        assert.equal(partner.api.count('/v1/users'), 0);
      });

      await t.test('losing the focus keeps a wizard', async () => {
        await clickBeside(workbench, 'sandbox', 'Invite');
        // A write that was to be sent again, and was given up, is no draft.
        await quickInput.step(titleOf('E-mail'));
        await quickInput.type('ada@exam');
        await page.locator('.statusbar').click();
        assert.equal(await quickInput.value(), 'ada@exam');
        await quickInput.escape();
      });
    });
  });
}

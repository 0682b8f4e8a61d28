import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { freePort } from '../../scripts/free-port.ts';
import { startTestBff } from '../support/bff/test-bff.ts';
import { until } from '../support/until.ts';
import { assertAccessible } from './accessibility.ts';
import {
  buildExtension,
  chooseInMenu,
  clickBeside,
  type Entry,
  invitationEntries,
  noBrowser,
  passSteps,
  signIn,
  titleOf,
  vsix,
} from './person.ts';
import { openWorkbench } from './workbench.ts';

/** What a person enters at a step; `wrong` is tried first, and must not pass. */
type StepScript = { ask: string; text: string; prompt: RegExp; wrong: [text: string, words: RegExp] };
type WizardScript = {
  button: string;
  path: string;
  steps: StepScript[];
  /** What is behind “More…”. */
  more: StepScript[];
  request: unknown;
  subject: string;
  deed: string;
  done: string;
};

const person: StepScript[] = [
  {
    ask: 'E-mail',
    text: 'ada@example.edu',
    prompt: /^E-mail address of/,
    wrong: ['nobody', /^E-mail: This is not an e-mail address\./],
  },
  { ask: 'First name', text: 'Ada', prompt: /^First name, as in/, wrong: [' ', /Enter a first name/] },
  { ask: 'Last name', text: 'Lovelace', prompt: /^Last name, as in/, wrong: [' ', /Enter a last name/] },
];
const reference: StepScript = {
  ask: 'External reference',
  text: 'LMS A-1',
  prompt: /^The namespace and the external ID of this person/,
  wrong: [
    'LMS',
    /The external ID is missing\. Enter the namespace and the external ID, for example SIS 20261234/,
  ],
};

const wizards: WizardScript[] = [
  {
    button: 'Invite',
    path: '/v1/invitations',
    steps: [...person, reference],
    more: [
      {
        ask: 'Message',
        text: 'Welcome $(heart) [here](command:x)',
        prompt: /^Message in the e-mail/,
        wrong: ['x'.repeat(2_001), /Use at most 2,000 characters/],
      },
      {
        ask: 'Roles',
        text: 'student, faculty',
        prompt: /^Roles, separated/,
        wrong: ['student,,', /Enter a role between the commas/],
      },
    ],
    request: {
      email: 'ada@example.edu',
      identity: { firstName: 'Ada', lastName: 'Lovelace' },
      externalReferences: [{ namespace: 'LMS', externalId: 'A-1' }],
      message: 'Welcome $(heart) [here](command:x)',
      roles: ['student', 'faculty'],
    },
    subject: 'the invitation for ada@example.edu',
    deed: 'invite ada@example.edu as student, faculty',
    done: 'Invited ada@example\\.edu \\(inv_\\w+, pending\\)',
  },
  {
    button: 'Create User',
    path: '/v1/users',
    steps: [
      ...person,
      {
        ask: 'Role',
        text: 'faculty',
        prompt: /^Role of the new user/,
        wrong: [' ', /Enter a role, for example student/],
      },
      reference,
    ],
    more: [
      {
        ask: 'Currency',
        text: 'EUR',
        prompt: /^Currency/,
        wrong: ['eur', /Use three capital letters, for example USD/],
      },
      {
        ask: 'Date of birth',
        text: '1985-12-10',
        prompt: /^Date of birth/,
        wrong: ['2001-02-29', /Use the format YYYY-MM-DD/],
      },
    ],
    request: {
      identity: { email: 'ada@example.edu', firstName: 'Ada', lastName: 'Lovelace', roleName: 'faculty' },
      externalReferences: [{ namespace: 'LMS', externalId: 'A-1' }],
      profile: { currency: 'EUR', address: { dateOfBirth: '1985-12-10' } },
    },
    subject: 'the user ada@example.edu',
    deed: 'create the user ada@example.edu as faculty',
    done: 'Created the user ada@example\\.edu \\(usr_\\w+\\)',
  },
];

for (const kind of ['node', 'web'] as const) {
  describe(`the wizards in the ${kind} host`, { skip: noBrowser }, () => {
    before(buildExtension);

    test('what is shown is what is sent, and nothing else ever is', { timeout: 300_000 }, async (t) => {
      const port = await freePort();
      const variables = { BFF_ALLOWED_ORIGINS: `http://127.0.0.1:${port}`, RATE_LIMIT_PER_MINUTE: '10000' };
      await using bff = await startTestBff({ variables, production: {} });
      // What axe looks at is light in the one host and dark in the other.
      const theme = kind === 'node' ? 'Default Light Modern' : 'Default Dark Modern';
      const userSettings = { 'pearsana.backendUrl': bff.url, 'workbench.colorTheme': theme };
      await using workbench = await openWorkbench({ name: 'wizards', t, vsix, kind, userSettings, port });
      const { page, quickInput, notification } = workbench;
      const written = () =>
        [...bff.pearsana.arrivals, ...(bff.production?.arrivals ?? [])].filter(
          ({ method }) => method === 'POST',
        );
      const accessible = () => assertAccessible(workbench, '.quick-input-widget');
      const picture = (name: string) => workbench.screenshot(`.cache/screenshots/${name}-${kind}.png`);
      const underWay = page.locator('.statusbar-item', { hasText: /(Invite|Create User) · production/ });
      // VS Code shows no more than three toasts within 800 ms, and the last one is waited for.
      const read = () => page.waitForTimeout(1_000);

      const open = ({ button }: WizardScript, environment: string) =>
        button === 'Invite' && environment !== 'production'
          ? clickBeside(workbench, environment, button)
          : chooseInMenu(workbench, environment, `${button}…`);
      const entriesOf = ({ steps, more }: WizardScript, isFirst: boolean): Entry[] => {
        // The roles of the last invitation stand in the review of the next.
        const others = more.filter(({ ask }) => isFirst || ask !== 'Roles');
        return [
          ...steps.map(({ ask, text }) => ({ ask, text })),
          { ask: 'Review', pick: 'More…' },
          { ask: 'More', tick: others.map(({ ask }) => ask) },
          ...others.map(({ ask, text }) => ({ ask, text })),
        ];
      };

      async function refuse({ ask, wrong: [text, words] }: StepScript): Promise<void> {
        await quickInput.step(titleOf(ask));
        await quickInput.type(text);
        // What is asked stays in the title, and the message says what is wrong.
        assert.match(await quickInput.message(words), new RegExp(`^${ask}: `));
        await quickInput.accept();
        await quickInput.message(words);
      }

      await signIn(workbench, bff.accessKey);

      for (const wizard of wizards) {
        const writtenBefore = written().length;
        const total = wizard.steps.length + 1;
        await t.test(`${wizard.button}: Escape at any step sends nothing, and can be continued`, async () => {
          for (const [index, { ask }] of wizard.steps.entries()) {
            await open(wizard, 'sandbox');
            if (index > 1) await quickInput.pick(`Continue ${wizard.subject}`);
            await quickInput.step(titleOf(wizard.steps[Math.max(0, index - 1)]?.ask ?? ''));
            if (index > 0) {
              await quickInput.type(wizard.steps[index - 1]?.text ?? '');
              await quickInput.accept();
            }
            await quickInput.step(new RegExp(` · ${ask} \\(${index + 1}/${total}\\)$`));
            await quickInput.escape();
          }
          await open(wizard, 'sandbox');
          assert.match(
            (await quickInput.options())[0] ?? '',
            /^Continue .*ada@example\.edu, started in sandbox/,
          );
          await picture(`${wizard.button}-draft`);
          await quickInput.escape();
          // What was begun in one environment is not offered in another.
          await open(wizard, 'production');
          await passSteps(
            workbench,
            wizard.steps.map(({ ask, text }) => ({ ask, text })),
          );
          await quickInput.step(new RegExp(`^⚠ ${wizard.button} · production · protected · Review`));
          await quickInput.options();
          await underWay.waitFor();
          await quickInput.accept();
          await quickInput.message(/Type “production” to/);
          await quickInput.escape();
          await underWay.waitFor({ state: 'detached' });
          assert.equal(written().length, writtenBefore);
        });

        await t.test(
          `${wizard.button}: a wrong value is refused beside the question, and Back keeps what was typed`,
          async () => {
            await open(wizard, 'sandbox');
            await quickInput.pick('Start Over');
            for (const [index, step] of wizard.steps.entries()) {
              await refuse(step);
              if (index === 0) {
                await picture(`${wizard.button}-refused`);
                await accessible();
              }
              await quickInput.type(step.text);
              const earlier = wizard.steps[index - 1];
              if (earlier) {
                await quickInput.back();
                await quickInput.step(titleOf(earlier.ask));
                assert.equal(await quickInput.value(), earlier.text, step.ask);
                await quickInput.accept();
                await quickInput.step(titleOf(step.ask));
                assert.equal(await quickInput.value(), step.text, step.ask);
              }
              await quickInput.message(step.prompt);
              await quickInput.accept();
            }
            await quickInput.step(titleOf('Review'));
            await quickInput.pick('More…');
            await quickInput.step(titleOf('More'));
            await picture(`${wizard.button}-more`);
            await accessible();
            for (const { ask } of wizard.more) await quickInput.pick(ask);
            await quickInput.accept();
            for (const step of wizard.more) {
              await refuse(step);
              await quickInput.type(step.text);
              await quickInput.message(step.prompt);
              await quickInput.accept();
            }
            await quickInput.step(titleOf('Review'));
            await quickInput.options();
            await quickInput.escape();
            assert.equal(written().length, writtenBefore);
          },
        );

        for (const environment of ['sandbox', 'production']) {
          await read();
          await t.test(`${wizard.button}: ${environment} gets what the review showed, once`, async () => {
            const partner = environment === 'sandbox' ? bff.pearsana : bff.production;
            const before = written().length;
            await open(wizard, environment);
            await quickInput.pick('Start Over');
            await passSteps(workbench, entriesOf(wizard, environment === 'sandbox'));
            const shown = (await quickInput.options()).map((line) => line.replaceAll('\u200b', ''));
            const leaves: string[] = [];
            JSON.stringify(wizard.request, (_key, value) => {
              if (typeof value === 'string') leaves.push(value);
              return value;
            });
            for (const leaf of leaves)
              assert.ok(
                shown.some((line) => line.includes(leaf)),
                `${leaf} in ${shown}`,
              );
            const [deed = ''] = shown;
            assert.ok(deed.toLowerCase().startsWith(`${wizard.deed} — ${environment}`), deed);
            await picture(`${wizard.button}-${environment}`);
            await accessible();
            await quickInput.accept();
            if (environment === 'production') {
              await quickInput.message(new RegExp(`\\. Type “production” to ${wizard.deed}$`));
              await picture(`${wizard.button}-confirm`);
              await accessible();
              await quickInput.type('sandbox');
              await quickInput.accept();
              await quickInput.message(/exactly/);
              assert.equal(written().length, before);
              await quickInput.type('production');
              await quickInput.accept();
            }
            await notification(new RegExp(`${wizard.done} in ${environment}\\.`))
              .first()
              .waitFor();
            await underWay.waitFor({ state: 'detached' });
            assert.equal(written().length, before + 1);
            assert.equal(partner?.arrivals.at(-1)?.path, wizard.path);
            assert.deepEqual(partner?.arrivals.at(-1)?.body, wizard.request);
          });
        }
      }

      await read();
      await t.test('a person who was invited is not invited again by Enter, but by a choice', async () => {
        const before = written().length;
        for (const sends of [false, true]) {
          await clickBeside(workbench, 'sandbox', 'Invite');
          await passSteps(workbench, invitationEntries('ada@example.edu', 'LMS A-1'));
          const [first] = await quickInput.options();
          assert.match(
            first ?? '',
            /^Already invited (just now|\d+ min ago) \(inv_\w+\), Enter closes this, and nothing is sent/,
          );
          assert.equal(written().length, before);
          if (sends) {
            await quickInput.pick('Send Anyway — sandbox');
          } else {
            await picture('already-invited');
            await quickInput.accept();
            await quickInput.hidden();
          }
        }
        // An earlier message says the same.
        await until('it is sent', () => written().length === before + 1);
        await notification(/Invited ada@example\.edu .* in sandbox\./)
          .first()
          .waitFor();
      });

      await read();
      await t.test('an invitation of a known kind takes one click and three Enters', async () => {
        const before = written().length;
        await workbench.runCommand('File: New Untitled Text File');
        await page.locator('.editor-instance').waitFor();
        await page.keyboard.type('Grace Hopper <grace@example.edu>');
        await page.keyboard.press('ControlOrMeta+A');
        let presses = 1;
        const enter = async () => {
          presses += 1;
          await quickInput.accept();
        };
        await clickBeside(workbench, 'sandbox', 'Invite');
        await quickInput.step(/ · E-mail \(1\/5\)$/);
        await quickInput.message(/This is selected in the editor: press Enter to use it/);
        await picture('selection');
        await enter();
        await quickInput.step(/ · External reference \(4\/5\)$/);
        // What is typed comes after the namespace that was used before.
        assert.equal(await quickInput.value(), 'LMS ');
        await page.keyboard.type('20261234');
        await enter();
        await quickInput.step(/ · Review \(5\/5\)$/);
        const shown = await quickInput.options();
        assert.match(shown[0] ?? '', /^Invite grace@example\.edu as student, faculty — sandbox/);
        await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
        await quickInput.pick('Copy as curl');
        let copied = '';
        while (!copied.startsWith('curl ')) {
          await page.waitForTimeout(50);
          copied = await page.evaluate(() => navigator.clipboard.readText());
        }
        assert.ok(copied.includes('grace@example.edu') && !copied.includes(bff.accessKey), copied);
        await quickInput.options();
        await enter();
        await notification(/Invited grace@example\.edu/)
          .first()
          .waitFor();
        assert.equal(written().length, before + 1);
        assert.deepEqual(bff.pearsana.arrivals.at(-1)?.body, {
          email: 'grace@example.edu',
          identity: { firstName: 'Grace', lastName: 'Hopper' },
          externalReferences: [{ namespace: 'LMS', externalId: '20261234' }],
          roles: ['student', 'faculty'],
        });
        // Without a selection two more, for the name.
        assert.equal(presses, 4);
      });

      assert.ok(!bff.logLines.join().includes('grace@example.edu'));
    });
  });
}

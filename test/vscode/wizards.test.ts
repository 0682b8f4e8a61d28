import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { freePort, startTestBff } from '../support/bff/test-bff.ts';
import { buildExtension, chooseInMenu, noBrowser, signIn, vsix } from './person.ts';
import { openWorkbench } from './workbench.ts';

/** What a person enters at a step; without a text, Enter alone. `wrong` is tried first, and must not pass. */
type StepScript = {
  ask: string;
  prompt?: RegExp;
  text?: string;
  wrong?: [text: string, words: RegExp];
  pick?: string[];
};
type WizardScript = { button: string; path: string; steps: StepScript[]; request: unknown; done: string };

const person: StepScript[] = [
  {
    ask: 'E-mail',
    prompt: /^E-mail address of/,
    text: 'ada@example.edu',
    wrong: ['nobody', /Enter an e-mail address, for example/],
  },
  { ask: 'First name', text: 'Ada', wrong: [' ', /Enter a first name/] },
  { ask: 'Last name', text: 'Lovelace', wrong: [' ', /Enter a last name/] },
];
const reference: StepScript[] = [
  {
    ask: 'External reference, namespace',
    prompt: /^External reference: the system/,
    text: 'SIS',
    wrong: [' ', /Enter the system, for example SIS/],
  },
  {
    ask: 'External reference, id',
    prompt: /^External reference: the person’s id/,
    text: 'A-1',
    wrong: [' ', /Enter the person’s id/],
  },
  { ask: 'Another external reference' },
];

const wizards: WizardScript[] = [
  {
    button: 'Invite',
    path: '/v1/invitations',
    steps: [
      ...person,
      ...reference,
      { ask: 'Message', text: 'Welcome $(heart) [here](command:x)' },
      { ask: 'Roles', text: 'student, faculty', wrong: ['student,,', /This must not be empty/] },
    ],
    request: {
      email: 'ada@example.edu',
      identity: { firstName: 'Ada', lastName: 'Lovelace' },
      externalReferences: [{ namespace: 'SIS', externalId: 'A-1' }],
      message: 'Welcome $(heart) [here](command:x)',
      roles: ['student', 'faculty'],
    },
    done: 'Invited ada@example\\.edu \\(inv_\\w+, pending\\)',
  },
  {
    button: 'Create User',
    path: '/v1/users',
    steps: [
      ...person,
      { ask: 'Role', text: 'faculty', wrong: [' ', /Enter a role, for example student/] },
      ...reference,
      { ask: 'Profile', pick: ['Currency', 'Date of birth'] },
      { ask: 'Currency', text: 'EUR', wrong: ['eur', /Use three capital letters, for example USD/] },
      { ask: 'Date of birth', text: '1985-12-10', wrong: ['2001-02-29', /Use the format YYYY-MM-DD/] },
    ],
    request: {
      identity: { email: 'ada@example.edu', firstName: 'Ada', lastName: 'Lovelace', roleName: 'faculty' },
      externalReferences: [{ namespace: 'SIS', externalId: 'A-1' }],
      profile: { currency: 'EUR', address: { dateOfBirth: '1985-12-10' } },
    },
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
      const userSettings = { 'pearsana.backendUrl': bff.url };
      await using workbench = await openWorkbench({ name: 'wizards', vsix, kind, userSettings, port });
      const { quickInput, notification } = workbench;
      const written = () =>
        [...bff.pearsana.arrivals, ...(bff.production?.arrivals ?? [])].filter(
          ({ method }) => method === 'POST',
        );

      async function open({ button }: WizardScript, environment: string): Promise<void> {
        await chooseInMenu(workbench, environment, `${button}…`);
        await quickInput.step(new RegExp(`${button} · ${environment}.*\\(1/`));
      }

      /** Passes one step; `number` is the step's place, which its title must show. */
      async function pass({ ask, prompt, text, pick }: StepScript, number: number): Promise<void> {
        await quickInput.step(new RegExp(`\\(${number}/`));
        if (text !== undefined) await quickInput.type(text);
        for (const label of pick ?? []) await quickInput.pick(label);
        // The prompt in the place of a fault's words says that the step takes what is in its box.
        if (text !== undefined) await quickInput.message(prompt ?? new RegExp(`^${ask}`));
        await quickInput.accept();
      }

      async function walkTo(wizard: WizardScript, environment: string, count: number): Promise<void> {
        await open(wizard, environment);
        for (const [index, step] of wizard.steps.slice(0, count).entries()) await pass(step, index + 1);
        await quickInput.step(new RegExp(`\\(${count + 1}/`));
      }

      await signIn(workbench, bff.accessKey);

      for (const wizard of wizards) {
        const writtenBefore = written().length;
        await t.test(`${wizard.button}: Escape at any step sends nothing`, async () => {
          for (let count = 0; count <= wizard.steps.length; count += 1) {
            await walkTo(wizard, 'sandbox', count);
            await quickInput.escape();
          }
          // The step that only production has.
          await walkTo(wizard, 'production', wizard.steps.length);
          await quickInput.accept();
          await quickInput.message(/Type “production” to/);
          await quickInput.escape();
          assert.equal(written().length, writtenBefore);
        });

        await t.test(
          `${wizard.button}: a wrong value is refused in words, and Back keeps what was typed`,
          async () => {
            await open(wizard, 'sandbox');
            for (const [index, step] of wizard.steps.entries()) {
              await quickInput.step(new RegExp(`\\(${index + 1}/`));
              if (step.wrong) {
                const [text, words] = step.wrong;
                await quickInput.type(text);
                await quickInput.message(words);
                await quickInput.accept();
                await quickInput.message(words);
              }
              if (step.text !== undefined && index > 0) {
                await quickInput.type(step.text);
                await quickInput.back();
                await quickInput.step(new RegExp(`\\(${index}/`));
                const before = wizard.steps[index - 1];
                if (before?.text !== undefined) assert.equal(await quickInput.value(), before.text, step.ask);
                await quickInput.accept();
                await quickInput.step(new RegExp(`\\(${index + 1}/`));
                assert.equal(await quickInput.value(), step.text, step.ask);
              }
              await pass(step, index + 1);
            }
            await quickInput.step(new RegExp(`\\(${wizard.steps.length + 1}/`));
            await quickInput.escape();
            assert.equal(written().length, writtenBefore);
          },
        );

        for (const environment of ['sandbox', 'production']) {
          // VS Code shows no more than three toasts within 800 ms, and the last one is waited for.
          await workbench.page.waitForTimeout(1_000);
          await t.test(`${wizard.button}: ${environment} gets what the review showed, once`, async () => {
            const partner = environment === 'sandbox' ? bff.pearsana : bff.production;
            const before = written().length;
            await walkTo(wizard, environment, wizard.steps.length);
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
            assert.match(shown[0] ?? '', new RegExp(environment));
            await workbench.screenshot(`.cache/screenshots/${kind}-${wizard.button}-${environment}.png`);
            await quickInput.accept();
            if (environment === 'production') {
              await quickInput.message(/Type “production” to/);
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
            assert.equal(written().length, before + 1);
            assert.equal(partner?.arrivals.at(-1)?.path, wizard.path);
            assert.deepEqual(partner?.arrivals.at(-1)?.body, wizard.request);
          });
        }
      }
    });
  });
}

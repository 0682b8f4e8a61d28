import { createClient } from 'pearsana-partner-client';
import {
  type CheckedRow,
  checkRoster,
  createImportCalls,
  fileDigest,
  type ImportPlan,
  planImport,
  type Roster,
  type RowEnd,
  type RowResult,
  readRoster,
  resultsFile,
  runImport,
} from 'pearsana-partner-client/imports';
import { element, failureWords, say } from './words.js';

const operation = 'createInvitation';
/** Lets the page draw between two pieces of work. */
const breathe = () => new Promise<void>((resolve) => setTimeout(resolve));
const timing = {
  now: () => performance.now(),
  sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  random: Math.random,
};
const control = { paused: false, cancelled: false };

type Checked = {
  environment: string;
  roster: Roster;
  rows: CheckedRow[];
  plan: ImportPlan<CheckedRow>;
  digest: string;
};
let checked: Checked | undefined;

const target = ({ environment, digest }: Pick<Checked, 'environment' | 'digest'>, confirm?: string) => ({
  ...({ environment, operation, digest, again: false, confirm } as const),
  requestOf: async (row: CheckedRow) => row.draft,
});

const clientOf = (form: FormData) =>
  createClient({ baseUrl: document.body.dataset.bff ?? '', accessKey: String(form.get('key')) });

const tasks: Record<string, (form: FormData) => Promise<string>> = {
  /** Sends nothing: it reads the file, and asks the BFF who was invited before. */
  async check(form) {
    const client = clientOf(form);
    const environment = String(form.get('environment'));
    const found = (await client.environments()).environments.find(({ id }) => id === environment);
    if (!found) return `Your access key cannot use an environment named ${environment}.`;
    const bytes = new Uint8Array(await (form.get('file') as File).arrayBuffer());
    // This file's students are numbered by one system, so no column names it.
    const roster = await readRoster(bytes, operation, { set: { namespace: 'SIS' }, breathe });
    const rows = await checkRoster(roster, { breathe });
    const good = rows.filter(({ faults }) => faults.length === 0);
    const digest = await fileDigest(bytes);
    const plan = await planImport(good, createImportCalls(client, target({ environment, digest })));
    checked = { environment, roster, rows, plan, digest };
    askToConfirm(found.protected ? environment : undefined);
    const faults = [...roster.faults, ...rows.flatMap((row) => row.faults)];
    return [
      `${plan.toSend.length} people to invite in ${environment}.`,
      ...(plan.ends.size > 0
        ? [`${plan.ends.size} are skipped: they were invited before, or may have been.`]
        : []),
      ...faults.slice(0, 10).map(({ line, message }) => `Line ${line}: ${message}`),
      ...(faults.length > 10 ? [`… and ${faults.length - 10} more.`] : []),
    ].join('\n');
  },

  async import(form) {
    if (!checked) return 'Check the file first.';
    const { plan } = checked;
    const ends = new Map<CheckedRow, RowEnd>(plan.ends);
    showProgress({ done: 0, of: plan.toSend.length });
    const { end, failure } = await runImport({
      ...{ plan, timing, control },
      calls: createImportCalls(clientOf(form), target(checked, String(form.get('confirm')))),
      onRow(row, rowEnd) {
        ends.set(row, rowEnd);
        showProgress({ done: ends.size - plan.ends.size, of: plan.toSend.length });
      },
      onAway: (away) =>
        say(away ? 'The BFF is not answering. Waiting for it…' : 'The BFF is answering again.'),
      onPause: async () =>
        confirm('Several people in a row could not be invited. Continue anyway?') ? 'go-on' : 'end',
    });
    offerResults(checked, ends);
    const count = (state: string) => [...ends.values()].filter((each) => each.state === state).length;
    return [
      `${count('succeeded')} invited, ${count('refused')} refused, ${count('unknown')} unknown.`,
      ...(failure?.message === undefined ? [] : [failure.message]),
      ...(end === 'finished'
        ? []
        : ['Check the same file again to invite the others: nobody is invited twice.']),
    ].join('\n');
  },
};

function askToConfirm(environment: string | undefined): void {
  element('confirmation').hidden = environment === undefined;
  const label = element('confirmation').querySelector('span');
  if (label) label.textContent = `Real people get an e-mail. To invite them, type “${environment}”`;
}

function showProgress({ done, of }: { done: number; of: number }): void {
  const bar = document.querySelector('progress');
  if (bar) Object.assign(bar, { hidden: false, max: of, value: done });
  say(`${done} of ${of} done.`);
}

function offerResults({ roster, rows }: Checked, ends: ReadonlyMap<CheckedRow, RowEnd>): void {
  const results = rows.map(
    (row): RowResult => ({
      ...{ row, reference: row.reference },
      ...(ends.get(row) ?? { state: 'invalid', message: row.faults[0]?.message }),
    }),
  );
  const link = element('results') as HTMLAnchorElement;
  link.href = URL.createObjectURL(new Blob([resultsFile(roster, results)], { type: 'text/csv' }));
  link.download = 'roster-results.csv';
  link.hidden = false;
}

element('stop').addEventListener('click', () => {
  control.cancelled = true;
});

document.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { target: form, submitter } = event;
  if (!(form instanceof HTMLFormElement && submitter instanceof HTMLButtonElement)) return;
  const buttons = [...form.querySelectorAll<HTMLButtonElement>('button[type=submit]')];
  for (const button of buttons) button.disabled = true;
  control.cancelled = false;
  element('stop').hidden = submitter.value !== 'import';
  say('…');
  say((await tasks[submitter.value]?.(new FormData(form)).catch(failureWords)) ?? '');
  element('stop').hidden = true;
  // What was imported is checked anew before it is imported again.
  if (submitter.value === 'import') checked = undefined;
  for (const button of buttons) button.disabled = button.value === 'import' && !checked?.plan.toSend.length;
});

import * as vscode from 'vscode';
import type { ImportRecord } from '../../../shared/import-record.ts';
import type { CheckedRow } from '../../../shared/imports/check-roster.ts';
import { openImportOf } from '../../../shared/imports/open-import.ts';
import { type ImportPlan, planOf } from '../../../shared/imports/plan-import.ts';
import type { ImportArgument } from '../contributions.ts';
import type { WizardInput } from '../forms/step.ts';
import { runWizard } from '../forms/wizard.ts';
import { importTitles } from '../imports/column-steps.ts';
import { knownStepId, type ReviewDraft, reviewSteps } from '../imports/import-review.ts';
import type { KeptImport } from '../imports/kept-imports.ts';
import { plain } from '../plain-text.ts';
import { kindWords } from '../views/environment-words.ts';
import type { PreparedImport } from './prepare-import.ts';

/** What a person decided of an import. */
export type DecidedImport = ReviewDraft & {
  plan: ImportPlan<CheckedRow>;
  /** The import to continue, where it is still open. */
  announced: ImportRecord | undefined;
};

const openProblems = () => void vscode.commands.executeCommand('workbench.actions.view.problems');

/** Shows all of an import before anything is sent. Undefined when the user gave up; where there is nothing to send, it asks nothing. */
export async function reviewImport(
  { source, columns, target, file, ready, plan, perMinute, imports }: PreparedImport,
  { again = false, confirm: confirmed }: ImportArgument,
  { left, input }: { left: KeptImport | undefined; input: WizardInput },
): Promise<DecidedImport | undefined> {
  const { operation } = columns;
  const { environment } = target;
  const leftOpen = imports.find(({ id, state }) => id === left?.id && state === 'open');
  // An import that sends again and was left must not send a third time what it has done itself.
  const before = left?.again && leftOpen ? { before: leftOpen.startedAt } : true;
  const anew = planOf(ready, plan, before);
  const maySend = new Set(ready);
  // What was mended in another file was done before, and cannot be sent from this one.
  const mended = [...plan.ends].filter(([row]) => !maySend.has(row));
  const plans = { once: plan, again: { ...anew, ends: new Map([...anew.ends, ...mended]) } };
  const planFor = (draft: Pick<ReviewDraft, 'again'>) => (draft.again ? plans.again : plans.once);

  const draft: ReviewDraft = { again, firstFive: environment.protected && !confirmed };
  const isDecided = confirmed || planFor(draft).toSend.length === 0;
  const hasChanged = left !== undefined && left.digest !== file.digest;
  const heading = [importTitles[operation], environment.name, kindWords(environment)];
  if (hasChanged) heading.unshift('The file has changed');
  const decided = isDecided
    ? draft
    : await runWizard<ReviewDraft>(
        {
          title: plain(`${environment.protected ? '⚠ ' : ''}${heading.filter(Boolean).join(' · ')}`, 120),
          draft,
          steps: (now) =>
            reviewSteps({
              ...{ fileName: source.name, operation, environment, rows: file.rows, perMinute },
              ...{ columns: file.roster.columns, set: columns.set, openProblems },
              ...{
                plan: planFor(now),
                firstFive: now.firstFive,
                isFolder: source.isFolder,
                leftOut: source.leftOut,
              },
              ...(hasChanged && { rowsBefore: left.rows }),
            }),
          // What was done before is skipped unless somebody asks for it.
          answered: new Set([knownStepId]),
        },
        input,
      );
  if (!decided) return undefined;
  const chosen = planFor(decided);
  // What is sent again is announced as such.
  const candidates = !decided.again ? imports : left?.again && leftOpen ? [leftOpen] : [];
  const announced = openImportOf(candidates, {
    ...{ caller: chosen.caller, operation, digest: file.digest, rows: chosen.toSend.length },
    again: decided.again,
  });
  return { ...decided, plan: chosen, announced };
}

import * as vscode from 'vscode';
import type { KnownWrite } from '../../../shared/activity.ts';
import type { Backend } from '../backend.ts';
import { operationCommands } from '../contributions.ts';
import { applyRemedy } from '../failures/show-message.ts';
import type { Form } from '../forms/form.ts';
import type { Draft } from '../forms/request-draft.ts';
import type { ReviewExtras } from '../forms/review.ts';
import { curlOf, typeScriptOf } from '../writes/copy-as.ts';
import { findKnown, obstacleOf } from '../writes/known-person.ts';
import type { Target } from '../writes/send-once.ts';
import { writeRemedies } from '../writes/write-outcome.ts';

/** What the review shows and offers beside sending: what the BFF knows of this person, and copies of the call. */
export function createReviewExtras(
  form: Form,
  { origin, environment }: Target,
  backend: Pick<Backend, 'imports'>,
): ReviewExtras & { known(): KnownWrite['state'] | undefined } {
  let known: KnownWrite | undefined;

  async function obstacle(request: Draft) {
    known = undefined;
    const person = form.personOf?.(request);
    if (!person) return undefined;
    const found = await findKnown(backend.imports(origin), { environment: environment.id, ...person });
    if (!found) return undefined;
    known = found;
    const words = obstacleOf(person, found, Date.now());
    if (found.state !== 'unknown' || !found.mine) return words;
    // A BFF lets its own callers say what they have found out.
    const { resolve } = writeRemedies(operationCommands[person.operation], {
      environment: environment.id,
      request,
    });
    const { title: label, ...applied } = resolve(found.requestId);
    const act = () => void applyRemedy({ title: label, ...applied });
    return { ...words, remedy: { label, detail: 'Say whether it happened, once you have looked.', act } };
  }

  function tools(draft: Draft) {
    const call = form.callOf?.(draft);
    if (!call) return [];
    return Object.entries({ curl: curlOf, TypeScript: typeScriptOf }).map(([name, render]) => ({
      label: `Copy as ${name}`,
      description: 'without your access key',
      icon: 'copy',
      act() {
        void vscode.env.clipboard.writeText(render({ origin, environment, ...call }));
        const words = `$(check) Copied as ${name}. It reads your access key from PEARSANA_BFF_ACCESS_KEY.`;
        vscode.window.setStatusBarMessage(words, 6_000);
      },
    }));
  }

  return { obstacle, tools, known: () => known?.state };
}

import * as vscode from 'vscode';
import type { KnownWrite } from '../../../shared/activity.ts';
import type { Backend } from '../backend.ts';
import { operationCommands } from '../contributions.ts';
import { applyRemedy } from '../failures/show-message.ts';
import type { Form } from '../forms/form.ts';
import type { Draft } from '../forms/request-draft.ts';
import type { Obstacle, ReviewExtras } from '../forms/review.ts';
import { curlOf, typeScriptOf } from '../writes/copy-as.ts';
import { documentsObstacle, findKnownDocuments, personNote } from '../writes/known-documents.ts';
import { findKnown, obstacleOf } from '../writes/known-person.ts';
import type { Target } from '../writes/send-once.ts';
import { writeRemedies } from '../writes/write-outcome.ts';
import type { WriteOperation } from '../writes/write-words.ts';

/** What the review shows and offers beside sending: what the BFF knows of this person or these documents, and copies of the call. */
export function createReviewExtras(
  form: Form,
  { origin, environment }: Target,
  backend: Pick<Backend, 'imports' | 'activity'>,
): ReviewExtras & { known(): KnownWrite['state'] | undefined } {
  let known: KnownWrite['state'] | undefined;
  let note: ReturnType<typeof personNote> | undefined;
  const imports = backend.imports(origin);
  const { id } = environment;

  async function obstacle(request: Draft): Promise<Obstacle | undefined> {
    known = undefined;
    note = undefined;
    const person = form.personOf?.(request);
    if (person) {
      const found = await findKnown(imports, { environment: id, ...person });
      known = found?.state;
      if (!found) return undefined;
      const words = obstacleOf(person, found, Date.now());
      return found.mine ? withRemedy(words, person.operation, found) : words;
    }
    const documents = form.documentsOf?.(request) ?? [];
    if (documents.length === 0) return undefined;
    const clients = { imports, activity: backend.activity };
    const { found, latest } = await findKnownDocuments(clients, id, documents);
    note = latest && personNote(latest, Date.now());
    const writes = found.map((each) => each.known);
    const unknown = writes.find(({ state }) => state === 'unknown');
    known = (unknown ?? writes[0])?.state;
    const words = documentsObstacle(documents.length, { found }, Date.now());
    return words && unknown?.mine ? withRemedy(words, 'submitDocument', unknown) : words;
  }

  /** A BFF lets its own callers say what they have found out. */
  function withRemedy(
    words: Obstacle,
    operation: WriteOperation,
    { state, requestId }: Pick<KnownWrite, 'state' | 'requestId'>,
  ): Obstacle {
    if (state !== 'unknown') return words;
    const command = operationCommands[operation];
    const { title: label, ...applied } = writeRemedies(command, { environment: id, request: {} }).resolve(
      requestId,
    );
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

  return { obstacle, note: () => note, tools, known: () => known };
}

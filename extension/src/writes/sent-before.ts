import type { SentBefore } from '../contributions.ts';
import type { Form } from '../forms/form.ts';
import type { Draft } from '../forms/request-draft.ts';
import type { Step } from '../forms/step.ts';
import { plain } from '../plain-text.ts';
import { timeWords } from '../time-words.ts';
import { mayHaveHappened, peopleWords, type WriteOperation, writeDone } from './write-words.ts';

/**
 * A form whose title says that it is sent again, and for whom; whose review says, where it sends, what has happened or may have
 * happened already; and which says why it asks for what was entered once.
 */
export function formAgain<Chosen extends Form>(
  form: Chosen,
  operation: WriteOperation,
  before: SentBefore | undefined,
): Chosen {
  if (!before) return form;
  const people = peopleWords(before.references);
  const again = {
    ...form,
    title: `Again${people && ` for ${plain(people, 50)}`}: ${form.title}`,
    steps: (draft: Draft) => form.steps(draft).map((step) => sayingWhy(step, draft, before.why)),
  };
  if (before.state !== 'unknown' && before.state !== 'succeeded') return again;
  const words = before.state === 'unknown' ? mayHaveHappened : writeDone;
  return {
    ...again,
    deed: (draft) => `${form.deed(draft)} again`,
    consequence: () =>
      `${words(operation, before.references)} ${timeWords(before.startedAt)}. This sends it once more.`,
  };
}

/** Of what another window sent, or an import whose file is gone, the journal has nobody's address or name. */
function sayingWhy(step: Step<Draft>, draft: Draft, why = 'The BFF keeps only ids'): Step<Draft> {
  if (step.kind !== 'text' || step.value(draft) !== '') return step;
  return { ...step, prompt: `${step.prompt}. ${plain(why, 120)}, so enter it again` };
}

import type { SentBefore } from '../contributions.ts';
import type { Form } from '../forms/form.ts';
import { timeWords } from '../time-words.ts';
import { mayHaveHappened, type WriteOperation, writeDone } from './write-words.ts';

/** A form whose review says, where it sends, what has happened or may have happened already, when, and to whom. */
export function formAgain<Chosen extends Form>(
  form: Chosen,
  operation: WriteOperation,
  before: SentBefore | undefined,
): Chosen {
  if (before?.state !== 'unknown' && before?.state !== 'succeeded') return form;
  const words = before.state === 'unknown' ? mayHaveHappened : writeDone;
  return {
    ...form,
    deed: (draft) => `${form.deed(draft)} again`,
    consequence: () =>
      `${words(operation, before.references)} ${timeWords(before.startedAt)}. This sends it once more.`,
  };
}

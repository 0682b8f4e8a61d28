import { ClientError } from 'pearsana-partner-client';

const becameOf = {
  not_sent: 'Nothing was sent.',
  refused: 'Nothing was changed.',
  unknown: 'It may have happened: look in the Pearsana portal before you try again.',
};

/** What went wrong, for the person at the page. */
export function failureWords(error: unknown): string {
  if (!(error instanceof ClientError)) return String(error);
  const { message, outcome, requestId, environment, failure } = error;
  // The BFF's own sentence names a header; people fill in a field.
  const unconfirmed = failure?.code === 'CONFIRMATION_REQUIRED';
  const what = unconfirmed ? `Type “${environment}” to confirm.` : message;
  const words = [outcome && becameOf[outcome], what, requestId && `(request ${requestId})`];
  return words.filter(Boolean).join(' ');
}

/** The element with this id, which the page has. */
export function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no element ${id}.`);
  return found;
}

/** Says something below the form, as text: an answer of Pearsana is never markup. */
export function say(words: string): void {
  const status = document.querySelector('[role=status]');
  if (status) status.textContent = words;
}

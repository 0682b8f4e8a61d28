/** A button of a message. */
export type Button = {
  title: string;
  act: () => unknown;
  /** What it is about, where that is nothing to read in passing, as a request id: it is then shown with the details. */
  detail?: string;
};

const detailsTitle = 'Details';
/** More of them would be wrapped in a message, or cut. */
const mostButtons = 2;

/** The buttons that a message has: all of them, or the first and one that shows the details with the others. */
export function buttonsThatFit(buttons: readonly Button[], showDetails: () => unknown): Button[] {
  const plain = buttons.filter(({ detail }) => detail === undefined);
  if (plain.length === buttons.length && buttons.length <= mostButtons) return plain;
  return [...plain.slice(0, mostButtons - 1), { title: detailsTitle, act: showDetails }];
}

/** What the details say besides the message. */
export function detailsOf(buttons: readonly Button[]): string {
  return buttons.flatMap(({ detail }) => detail ?? []).join('\n');
}

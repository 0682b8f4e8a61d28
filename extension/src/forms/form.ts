import type { EnvironmentKind } from '../../../shared/environments.ts';
import type { Issue } from '../../../shared/errors.ts';
import type { Draft } from './request-draft.ts';
import type { ReviewLine } from './review-lines.ts';
import type { Option, Step } from './wizard.ts';

/** A write's own part of its wizard, by hand; the review, the confirmation and the sending are the same for all. */
export type Form = {
  /** The operation's, as in “Invite”. */
  title: string;
  steps(draft: Draft): readonly Step<Draft>[];
  /** What the contract says of it. */
  issues(draft: Draft): readonly Issue[];
  /** What Enter does at the review, as in “Send the invitation”. */
  sendLabel: string;
  /** What comes of it, said before it is sent. */
  consequence(draft: Draft, kind: EnvironmentKind): string;
  /** What it does, as in “invite ada@example.edu”, before it is confirmed. */
  deed(draft: Draft): string;
  /** What will be sent, as the review shows it. */
  lines(draft: Draft): readonly ReviewLine[];
  /** What was not asked for, and is shown below the lines. */
  more?: readonly Option[];
};

/** Whether a step asks for what an issue is about: for that field, or for something inside it that is missing as a whole. */
export function asksFor(step: Step<Draft>, { path }: Issue): boolean {
  return (
    step.id === path ||
    step.id.startsWith(`${path}.`) ||
    step.id.startsWith(`${path}[`) ||
    path.startsWith(`${step.id}[`)
  );
}

/** The steps that a request given beforehand has answered: all that nothing is wrong with. */
export function answeredSteps(steps: readonly Step<Draft>[], issues: readonly Issue[]): Set<string> {
  return new Set(steps.filter((step) => !issues.some((issue) => asksFor(step, issue))).map(({ id }) => id));
}

/** What is wrong with a request given beforehand that no step could mend, such as a field that does not exist. */
export function unmendable(steps: readonly Step<Draft>[], issues: readonly Issue[]): Issue[] {
  return issues.filter((issue) => !steps.some((step) => asksFor(step, issue)));
}

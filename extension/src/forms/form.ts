import type { Answer } from '../../../shared/client.ts';
import type { Issue } from '../../../shared/errors.ts';
import type { OperationName, Success } from '../../../shared/operations.ts';
import type { Backend } from '../backend.ts';
import type { Draft } from './request-draft.ts';
import type { Step } from './wizard.ts';

/** The operations that a person fills in a form for. */
export type FormOperation = Extract<OperationName, 'createUser' | 'createInvitation'>;

/** What goes with a request that a person has confirmed. */
export type Confirmed = { environment: string; idempotencyKey: string; confirm?: string };
export type Sending = Confirmed & { signal: AbortSignal };

/** A write's own part of its wizard, by hand; the review, the confirmation and the sending are the same for all. */
export type Form<Name extends FormOperation> = {
  operation: Name;
  /** As in “Invite · sandbox”. */
  verb: string;
  /** While it is sent, as in “Inviting”. */
  doing: string;
  /** On the last step: what Enter does. */
  sendLabel: string;
  /** Said before it is sent. */
  consequence: string;
  steps(draft: Draft): readonly Step<Draft>[];
  /** Sends the request; one that breaks the contract is an error and is not sent. */
  send(call: Backend['call'], request: Draft, sending: Sending): Promise<Answer<Name>>;
  /** As in “Invited ada@example.edu (inv_…)”. */
  doneWords(request: Draft, answer: Success<Name>): string;
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

import type { EnvironmentKind } from '../../../shared/environments.ts';
import type { Issue } from '../../../shared/errors.ts';
import type { ExternalReference } from '../../../shared/fields.ts';
import type { OperationName } from '../../../shared/operations.ts';
import type { LastEntries } from './last-entries.ts';
import type { Draft } from './request-draft.ts';
import type { ReviewLine } from './review-lines.ts';
import type { Option, Step } from './step.ts';

/** The operations that are about a person alone. */
export type PersonOperation = Extract<OperationName, 'createUser' | 'createInvitation'>;

/** @property request is what is sent for it alone; its file is read for that. @throws where it cannot be read. */
export type NamedDocument = {
  name: string;
  reference: ExternalReference | undefined;
  request(): Promise<unknown>;
};

/** @property files stand in the request by a mark each. */
export type FormCall = {
  operation: OperationName;
  request: unknown;
  files?: readonly { mark: string; path: string }[];
};

/** A write's own part of its wizard, by hand; the review, the confirmation and the sending are the same for all. */
export type Form = {
  /** The operation's, as in “Invite”. */
  title: string;
  /** What it starts with: what was entered the last time and is no person's. */
  begin(last: LastEntries): Draft;
  /** What every request needs, in a row. */
  steps(draft: Draft): readonly Step<Draft>[];
  /** What it may have besides: asked for behind “More…”. */
  optionalSteps(draft: Draft): readonly Step<Draft>[];
  /** What the contract says of it. */
  issues(draft: Draft): readonly Issue[];
  /** What comes of it, said before it is sent. */
  consequence(draft: Draft, kind: EnvironmentKind): string;
  /** What it does, as in “invite ada@example.edu”: in the review, and where it is confirmed. */
  deed(draft: Draft): string;
  /** What was begun, as in “the invitation for ada@example.edu”. */
  subject(draft: Draft): string;
  /** What will be sent, as the review shows it. */
  lines(draft: Draft): readonly ReviewLine[];
  /** What was not asked for, and is shown below the lines. */
  more?: readonly Option[];
  /** Whom it is about, where the BFF can say what it knows of them. */
  personOf?(draft: Draft): { operation: PersonOperation; references: readonly ExternalReference[] };
  /** The documents that it submits, where the BFF can say whether they were submitted before. */
  documentsOf?(draft: Draft): readonly NamedDocument[];
  /** The one call that it would be, for a copy; nothing where it would be several. */
  callOf?(draft: Draft): FormCall | undefined;
};

/** Whether a step asks for what an issue is about: for that field, or for something inside it that is missing as a whole. */
export function asksFor({ id, fields = [] }: Step<Draft>, { path }: Issue): boolean {
  return (
    id === path ||
    fields.includes(path) ||
    id.startsWith(`${path}.`) ||
    id.startsWith(`${path}[`) ||
    path.startsWith(`${id}[`)
  );
}

/** All steps of a form, those that are optional last. */
export function allSteps(form: Form, draft: Draft): Step<Draft>[] {
  return [...form.steps(draft), ...form.optionalSteps(draft)];
}

/** The steps that a request given beforehand has answered: all that nothing is wrong with. */
export function answeredSteps(steps: readonly Step<Draft>[], issues: readonly Issue[]): Set<string> {
  return new Set(steps.filter((step) => !issues.some((issue) => asksFor(step, issue))).map(({ id }) => id));
}

/** What is wrong with a request given beforehand that no step could mend, such as a field that does not exist. */
export function unmendable(steps: readonly Step<Draft>[], issues: readonly Issue[]): Issue[] {
  return issues.filter((issue) => !steps.some((step) => asksFor(step, issue)));
}

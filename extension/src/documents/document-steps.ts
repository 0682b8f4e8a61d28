import { canonical } from '../../../shared/canonical.ts';
import {
  documentScopes,
  documentTypes,
  submitDocumentBatchRequest,
  submitDocumentRequest,
} from '../../../shared/documents.ts';
import type { FileLimits } from '../../../shared/environments.ts';
import type { Issue } from '../../../shared/errors.ts';
import { pathWords, valueAt } from '../../../shared/validate.ts';
import { type Draft, fieldStep, issuesIn, type Path, withValue } from '../forms/request-draft.ts';
import { type ReviewedEnvironment, reviewLines, reviewStep } from '../forms/review.ts';
import type { ChoiceStep, Step, TextStep } from '../forms/wizard.ts';
import { batchesOf } from './batches.ts';
import { type Document, type Source, size } from './document.ts';

const schema = submitDocumentRequest;
const documented: readonly string[] = Object.values(documentTypes).flat();

/** What is asked once for all files stands in `shared`, else in `items`, in the order of the files. */
export function draftOf(fields: readonly Draft[]): Draft {
  const [first = {}] = fields;
  const same = fields.every((each) => canonical(each) === canonical(first));
  return same ? { same, shared: first } : { same, items: [...fields] };
}

/** Each source with what is said of it. */
export function documentsOf(draft: Draft, sources: readonly Source[]): Document[] {
  return sources.map((source, index) => ({ source, fields: at(draft, placeOf(draft, index)) }));
}

function placeOf({ same }: Draft, index: number): Path {
  return same === false ? ['items', index] : ['shared'];
}

function at(draft: Draft, path: Path): Draft {
  const value = valueAt(draft, path);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** What the contract says of the fields, at the places where the draft has them, and of files that a program gave. */
export function draftIssues(draft: Draft, sources: readonly Source[]): Issue[] {
  return sources.flatMap(({ filename, itemId = '1', file = 'AAAA' }, index) => {
    const path = placeOf(draft, index);
    const item = { ...at(draft, path), itemId, file, ...(filename !== undefined && { filename }) };
    return issuesIn(submitDocumentBatchRequest, { items: [item] }).map((issue) => ({
      ...issue,
      path: issue.path.replace('items[0]', pathWords(path)),
    }));
  });
}

export function documentSteps(draft: Draft, sources: readonly Source[]): Step<Draft>[] {
  if (draft.same !== false)
    return [...(sources.length > 1 ? [sameStep(sources)] : []), ...stepsAt(draft, ['shared'])];
  return [
    sameStep(sources),
    ...sources.flatMap(({ name }, index) => stepsAt(draft, ['items', index], `${name}: `)),
  ];
}

function sameStep(sources: readonly Source[]): ChoiceStep<Draft> {
  return {
    kind: 'choice',
    id: 'same',
    ask: `${sources.length} files`,
    prompt: 'is the type, the person and the intent the same for all?',
    options: () => [
      { id: 'all', label: 'Ask once for all of them' },
      { id: 'each', label: 'Ask for each file' },
    ],
    put: (option, draft) => {
      if (option === 'all') return { ...draft, same: true };
      return { ...draft, same: false, items: draft.items ?? sources.map(() => draft.shared ?? {}) };
    },
  };
}

function stepsAt(draft: Draft, path: Path, whose = ''): Step<Draft>[] {
  const { documentType, verificationIntent } = at(draft, path);
  const id = (name: string) => pathWords([...path, name]);
  const text = (field: Path, words: Parameters<typeof fieldStep>[2]) =>
    lifted(fieldStep(schema, field, words), path, whose);
  const isOther = typeof documentType === 'string' && !documented.includes(documentType);
  return [
    {
      kind: 'choice',
      id: id('documentType'),
      ask: `${whose}Document type`,
      prompt: 'what it is',
      options: () => [
        ...Object.entries(documentTypes).flatMap(([group, types]) =>
          types.map((type, index) => ({
            id: type,
            label: type,
            ...(index === 0 && { separatorAbove: group }),
          })),
        ),
        { id: 'other', label: 'Another type …', separatorAbove: 'other' },
      ],
      put: (option, now) =>
        withValue(now, [...path, 'documentType'], option !== 'other' ? option : isOther ? documentType : ''),
    },
    ...(isOther
      ? [
          {
            ...text(['documentType'], { ask: 'Type', prompt: 'what it is, in Pearsana’s words' }),
            id: id('documentType.other'),
          },
        ]
      : []),
    text(['externalReference', 'namespace'], {
      ask: 'Person, namespace',
      prompt: 'the system that knows the person, such as SIS, LMS or PEARSANA',
      suggestion: 'SIS',
    }),
    text(['externalReference', 'externalId'], {
      ask: 'Person, id',
      prompt: 'the person’s id in that system; Pearsana must know the person',
      placeholder: 'for example 20261234',
    }),
    {
      kind: 'choice',
      id: id('verificationIntent'),
      ask: `${whose}Intent`,
      prompt: 'what Pearsana does with it',
      options: () => [
        { id: 'store_only', label: 'store_only', description: 'keeps it' },
        { id: 'attest', label: 'attest', description: 'begins a verification' },
      ],
      put: (intent, now) => {
        const next = withValue(now, [...path, 'verificationIntent'], intent);
        return intent === 'attest' ? next : withValue(next, [...path, 'attestationReferenceId'], undefined);
      },
    },
    ...(verificationIntent === 'attest'
      ? [
          text(['attestationReferenceId'], {
            ask: 'Attestation reference id',
            prompt: 'of the attestation that this belongs to; leave it empty for none',
            optional: true,
          }),
        ]
      : []),
  ];
}

/** A step for one document's fields, as a step of the whole draft. */
function lifted(step: TextStep<Draft>, path: Path, whose: string): TextStep<Draft> {
  return {
    ...step,
    id: `${pathWords(path)}.${step.id}`,
    ask: whose + step.ask,
    value: (draft) => step.value(at(draft, path)),
    check: (text, draft) => step.check(text, at(draft, path)),
    put: (text, draft) => withValue(draft, path, step.put(text, at(draft, path))),
  };
}

/** The last look: each file, all that is said of it, and where it goes. */
export function documentReview(
  sources: readonly Source[],
  limits: FileLimits,
  environment: ReviewedEnvironment,
): ChoiceStep<Draft> {
  const steps = (draft: Draft) => documentSteps(draft, sources);
  return reviewStep(
    {
      sendLabel: `Submit ${countOf(sources)}`,
      consequence(draft) {
        const documents = documentsOf(draft, sources);
        const requests = batchesOf(documents, limits).length;
        const verifies =
          documentScopes(...documents.map(({ fields }) => fields)).length > documentScopes().length;
        return [
          environment.kind === 'local' ? 'Only to the stand-in.' : 'Pearsana keeps them with this person.',
          ...(verifies ? ['This begins a verification.'] : []),
          ...(requests > 1 ? [`In ${requests} requests, one after the other.`] : []),
        ].join(' ');
      },
      lines(draft) {
        const said = draft.same === false ? { items: draft.items } : { shared: draft.shared };
        return reviewLines(said, steps(draft)).map((line) => ({
          ...line,
          label: line.label.replace(/^shared\./, ''),
        }));
      },
      more: sources.map(({ name, bytes }, index) => ({
        id: 'review',
        label: name,
        description: size(bytes),
        ...(index === 0 && { separatorAbove: 'Files' }),
      })),
      steps,
      issues: (draft) => draftIssues(draft, sources),
    },
    environment,
  );
}

export function countOf({ length }: readonly unknown[]): string {
  return length === 1 ? '1 document' : `${length} documents`;
}

import { documentTypes, submitDocumentRequest } from '../../../shared/documents.ts';
import { pathWords } from '../../../shared/validate.ts';
import { referenceFields } from '../forms/reference-steps.ts';
import { type Draft, fieldStep, type Path, withValue } from '../forms/request-draft.ts';
import type { ChoiceStep, Step, TextStep } from '../forms/wizard.ts';
import type { Source } from './document.ts';
import { fieldsAt } from './document-draft.ts';

const schema = submitDocumentRequest;
const documentedTypes: readonly string[] = Object.values(documentTypes).flat();

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
    prompt: 'How do you want to describe these files?',
    options: () => [
      { id: 'all', label: `Same type, person and intent for all ${sources.length} files` },
      { id: 'each', label: 'Different for each file' },
    ],
    put: (option, draft) => {
      if (option === 'all') return { ...draft, same: true };
      return { ...draft, same: false, items: draft.items ?? sources.map(() => draft.shared ?? {}) };
    },
  };
}

function stepsAt(draft: Draft, path: Path, whose = ''): Step<Draft>[] {
  const { documentType, verificationIntent } = fieldsAt(draft, path);
  const id = (name: string) => pathWords([...path, name]);
  const text = (field: Path, words: Parameters<typeof fieldStep>[2]) =>
    lifted(fieldStep(schema, field, words), path, whose);
  const isOther = typeof documentType === 'string' && !documentedTypes.includes(documentType);
  return [
    {
      kind: 'choice',
      id: id('documentType'),
      ask: `${whose}Document type`,
      prompt: `${whose}Choose the document type`,
      options: () => [
        ...Object.entries(documentTypes).flatMap(([group, types]) =>
          types.map((type, index) => ({
            id: type,
            label: type,
            ...(index === 0 && { separatorAbove: group }),
          })),
        ),
        { id: 'other', label: 'Another type…', separatorAbove: 'other' },
      ],
      put: (option, now) =>
        withValue(now, [...path, 'documentType'], option !== 'other' ? option : isOther ? documentType : ''),
    },
    ...(isOther
      ? [
          {
            ...text(['documentType'], {
              ask: 'Type',
              prompt: 'Document type, as Pearsana calls it',
              missing: 'Enter a document type',
            }),
            id: id('documentType.other'),
          },
        ]
      : []),
    ...referenceFields(schema, ['externalReference'], 'Person', 'SIS').map((step) =>
      lifted(step, path, whose),
    ),
    {
      kind: 'choice',
      id: id('verificationIntent'),
      ask: `${whose}Intent`,
      prompt: `${whose}Choose what Pearsana does with it`,
      options: () => [
        { id: 'store_only', label: 'store_only', description: 'Stores the document' },
        { id: 'attest', label: 'attest', description: 'Starts a verification' },
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
            prompt: 'Id of the attestation that this belongs to; leave it empty for none',
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
    prompt: whose + step.prompt,
    value: (draft) => step.value(fieldsAt(draft, path)),
    check: (text, draft) => step.check(text, fieldsAt(draft, path)),
    put: (text, draft) => withValue(draft, path, step.put(text, fieldsAt(draft, path))),
  };
}

import { documentTypes, submitDocumentRequest } from '../../../shared/documents.ts';
import { pathWords } from '../../../shared/validate.ts';
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
    value: (draft) => step.value(fieldsAt(draft, path)),
    check: (text, draft) => step.check(text, fieldsAt(draft, path)),
    put: (text, draft) => withValue(draft, path, step.put(text, fieldsAt(draft, path))),
  };
}

import { submitDocumentRequest } from '../../../shared/documents.ts';
import { pathWords } from '../../../shared/validate.ts';
import { documentTypeOptions, isDocumentedType } from '../forms/document-type-options.ts';
import { referencePrompt, referenceStep } from '../forms/reference-steps.ts';
import { type Draft, fieldStep, type Path, withValue } from '../forms/request-draft.ts';
import type { ChoiceStep, Step, TextStep } from '../forms/step.ts';
import type { Source } from './document.ts';
import { fieldsAt } from './document-draft.ts';

const schema = submitDocumentRequest;

/** What is asked of every document: once for all of them, or of each. */
export function documentSteps(draft: Draft, sources: readonly Source[]): Step<Draft>[] {
  return [
    ...(sources.length > 1 ? [sameStep(sources)] : []),
    ...placesOf(draft, sources).flatMap(({ path, whose }) => stepsAt(draft, path, whose)),
  ];
}

/** What a document may have besides. */
export function optionalDocumentSteps(draft: Draft, sources: readonly Source[]): Step<Draft>[] {
  return placesOf(draft, sources).flatMap(({ path, whose }) =>
    fieldsAt(draft, path).verificationIntent === 'attest' ? [attestationStep(path, whose)] : [],
  );
}

function placesOf(draft: Draft, sources: readonly Source[]): { path: Path; whose: string }[] {
  if (draft.same !== false) return [{ path: ['shared'], whose: '' }];
  return sources.map(({ name }, index) => ({ path: ['items', index], whose: `${name}: ` }));
}

function sameStep(sources: readonly Source[]): ChoiceStep<Draft> {
  return {
    kind: 'choice',
    id: 'same',
    ask: `${sources.length} files`,
    // It decides how many steps there are.
    counted: false,
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

function stepsAt(draft: Draft, path: Path, whose: string): Step<Draft>[] {
  const { documentType } = fieldsAt(draft, path);
  const id = (name: string) => pathWords([...path, name]);
  const isOther = typeof documentType === 'string' && !isDocumentedType(documentType);
  const otherType = fieldStep(schema, ['documentType'], {
    ask: 'Type',
    prompt: 'Document type, as Pearsana calls it',
    missing: 'Enter a document type',
  });
  return [
    {
      kind: 'choice',
      id: id('documentType'),
      ask: `${whose}Document type`,
      prompt: `${whose}Choose the document type`,
      options: () => documentTypeOptions('other'),
      put: (option, now) =>
        withValue(now, [...path, 'documentType'], option !== 'other' ? option : isOther ? documentType : ''),
    },
    ...(isOther
      ? [
          {
            ...lifted(otherType, path, whose),
            id: id('documentType.other'),
            counted: false as const,
            follows: id('documentType'),
          },
        ]
      : []),
    lifted(
      referenceStep(schema, ['externalReference'], {
        ask: 'Person',
        prompt: referencePrompt,
        suggestion: 'SIS',
      }),
      path,
      whose,
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
  ];
}

function attestationStep(path: Path, whose: string): TextStep<Draft> {
  const step = fieldStep(schema, ['attestationReferenceId'], {
    ask: 'Attestation reference id',
    prompt: 'Id of the attestation that this belongs to; leave it empty for none',
    optional: true,
  });
  return lifted(step, path, whose);
}

/** A step for one document's fields, as a step of the whole draft. */
function lifted(step: TextStep<Draft>, path: Path, whose: string): TextStep<Draft> {
  return {
    ...step,
    id: `${pathWords(path)}.${step.id}`,
    ...(step.fields && { fields: step.fields.map((field) => `${pathWords(path)}.${field}`) }),
    ask: whose + step.ask,
    prompt: whose + step.prompt,
    value: (draft) => step.value(fieldsAt(draft, path)),
    check: (text, draft) => step.check(text, fieldsAt(draft, path)),
    put: (text, draft) => withValue(draft, path, step.put(text, fieldsAt(draft, path))),
  };
}

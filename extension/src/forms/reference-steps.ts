import { type Schema, valueAt } from '../../../shared/validate.ts';
import { type Draft, faultAt, fieldStep, type Path, withValue } from './request-draft.ts';
import type { ChoiceStep, Step } from './wizard.ts';

const referencesPath: Path = ['externalReferences'];

/** Both fields exist from the start, so that the contract can compare it with the others while it is filled in. */
const blank = { namespace: '', externalId: '' };

/** How many external references the draft has or is about to have: one at least. */
function referenceCount(draft: Draft): number {
  const references = valueAt(draft, referencesPath);
  return Array.isArray(references) ? Math.max(references.length, 1) : 1;
}

/** The two steps for one external reference: of which system, and by which id. */
export function referenceFields(schema: Schema, path: Path, which: string, suggestion: string) {
  return [
    fieldStep(schema, [...path, 'namespace'], {
      ask: `${which}, namespace`,
      prompt: `${which}: the system that knows this person, such as SIS or LMS`,
      missing: 'Enter the system, for example SIS',
      placeholder: 'SIS',
      suggestion,
    }),
    fieldStep(schema, [...path, 'externalId'], {
      ask: `${which}, id`,
      prompt: `${which}: the person’s id in that system`,
      missing: 'Enter the person’s id',
      placeholder: 'for example 20261234',
    }),
  ];
}

/** The steps for the external references: two for each, and whether another one follows. */
export function referenceSteps(schema: Schema, draft: Draft): Step<Draft>[] {
  return Array.from({ length: referenceCount(draft) }, (_, index) => index).flatMap((index) => {
    const which = index === 0 ? 'External reference' : `External reference ${index + 1}`;
    return [
      ...referenceFields(schema, [...referencesPath, index], which, index === 0 ? 'SIS' : ''),
      anotherReference(schema, index),
    ];
  });
}

function anotherReference(schema: Schema, index: number): ChoiceStep<Draft> {
  return {
    kind: 'choice',
    id: `anotherReference[${index}]`,
    ask: 'Another external reference',
    prompt: 'Does this person have an id in another system too?',
    options: (draft) => [
      {
        id: 'enough',
        label: 'Continue',
        ...(referenceCount(draft) > index + 1 && { description: 'removes the references after this one' }),
      },
      { id: 'another', label: 'Add another external reference' },
    ],
    put: (option, draft) => {
      const references = valueAt(draft, referencesPath);
      const all: unknown[] = Array.isArray(references) ? references : [];
      if (option === 'enough') return withValue(draft, referencesPath, all.slice(0, index + 1));
      const more = withValue(draft, referencesPath, all.length > index + 1 ? all : [...all, blank]);
      // The contract knows how many are too many.
      return faultAt(schema, more, referencesPath) === undefined ? more : draft;
    },
  };
}

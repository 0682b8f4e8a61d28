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

/** The steps for the external references: two for each, and whether another one follows. */
export function referenceSteps(schema: Schema, draft: Draft): Step<Draft>[] {
  return Array.from({ length: referenceCount(draft) }, (_, index) => index).flatMap((index) => {
    const which = index === 0 ? 'External reference' : `External reference ${index + 1}`;
    return [
      fieldStep(schema, [...referencesPath, index, 'namespace'], {
        ask: `${which}, namespace`,
        prompt: 'the system that knows the person, such as SIS, LMS or PEARSANA',
        placeholder: 'SIS',
        ...(index === 0 && { suggestion: 'SIS' }),
      }),
      fieldStep(schema, [...referencesPath, index, 'externalId'], {
        ask: `${which}, id`,
        prompt: 'the person’s id in that system',
        placeholder: 'for example 20261234',
      }),
      anotherReference(schema, index),
    ];
  });
}

function anotherReference(schema: Schema, index: number): ChoiceStep<Draft> {
  return {
    kind: 'choice',
    id: `anotherReference[${index}]`,
    ask: 'Another external reference',
    prompt: 'has the person an id in another system too?',
    options: (draft) => [
      {
        id: 'enough',
        label: 'Go on',
        ...(referenceCount(draft) > index + 1 && { description: 'leaves out the references that follow' }),
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

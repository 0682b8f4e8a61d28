import type { Schema } from '../../../shared/validate.ts';
import { type Draft, fieldStep, type Path } from './request-draft.ts';
import type { TextStep } from './wizard.ts';

/** Who it is: the e-mail address, where the request has it, and the name. */
export function personSteps(schema: Schema, emailPath: Path, emailPrompt: string): TextStep<Draft>[] {
  const nameStep = (field: string, ask: string) =>
    fieldStep(schema, ['identity', field], {
      ask,
      prompt: `${ask}, as in your records`,
      missing: `Enter a ${ask.toLowerCase()}`,
    });
  return [
    fieldStep(schema, emailPath, {
      ask: 'E-mail',
      prompt: emailPrompt,
      missing: 'Enter an e-mail address',
      placeholder: 'name@example.edu',
    }),
    nameStep('firstName', 'First name'),
    nameStep('lastName', 'Last name'),
  ];
}

import { pathWords, type Schema, valueAt } from '../../../shared/validate.ts';
import { readPerson } from './person-text.ts';
import { type Draft, fieldStep, type Path, withValue } from './request-draft.ts';
import type { TextStep } from './step.ts';

const firstName: Path = ['identity', 'firstName'];
const lastName: Path = ['identity', 'lastName'];

/** Who it is: the e-mail address and the name. A whole person can be pasted into the box for the address. */
export function personSteps(schema: Schema, emailPath: Path, whose: string): TextStep<Draft>[] {
  const email = fieldStep(schema, emailPath, {
    ask: 'E-mail',
    prompt: `E-mail address of ${whose}`,
    missing: 'Enter an e-mail address',
    placeholder: 'name@example.edu, or Ada Lovelace <ada@example.edu>',
  });
  const nameStep = (path: Path, ask: string) =>
    fieldStep(schema, path, {
      ask,
      prompt: `${ask}, as in your records`,
      missing: `Enter a ${ask.toLowerCase()}`,
    });
  const names = [nameStep(firstName, 'First name'), nameStep(lastName, 'Last name')];

  function read(text: string) {
    const person = readPerson(text);
    const parts: [path: Path, value: string | undefined][] = [
      [firstName, person?.firstName],
      [lastName, person?.lastName],
    ];
    const given = parts.flatMap(([path, value]) => (value === undefined ? [] : [{ path, value }]));
    return { address: person?.email ?? text, isCertain: person?.isCertain === true, given };
  }
  function putPerson(text: string, draft: Draft): Draft {
    const { address, given } = read(text);
    return given.reduce((next, { path, value }) => withValue(next, path, value), email.put(address, draft));
  }

  return [
    {
      ...email,
      put: putPerson,
      check: (text, draft) => email.check(read(text).address, draft),
      answers(text) {
        const { isCertain, given } = read(text);
        const next = putPerson(text, {});
        const isRight = ({ id, check }: TextStep<Draft>) =>
          given.some(({ path, value }) => pathWords(path) === id && check(value, next) === undefined);
        return isCertain ? names.filter(isRight).map(({ id }) => id) : [];
      },
      took: (text) =>
        `The name “${read(text)
          .given.map(({ value }) => value)
          .join(' ')}” was taken from what you entered with the address`,
    },
    ...names,
  ];
}

/** The e-mail address of a draft, where it has one. */
export function emailIn(draft: Draft, emailPath: Path): string | undefined {
  const email = valueAt(draft, emailPath);
  return typeof email === 'string' && email !== '' ? email : undefined;
}

/** Whom a draft is about, by what was entered of them so far. */
export function personIn(draft: Draft, emailPath: Path): string {
  const text = (...path: Path) => {
    const value = valueAt(draft, path);
    return typeof value === 'string' ? value : '';
  };
  const name = `${text(...firstName)} ${text(...lastName)}`.trim();
  const id = text('externalReferences', 0, 'externalId');
  const reference = id && `${text('externalReferences', 0, 'namespace')} ${id}`.trim();
  return emailIn(draft, emailPath) || name || reference || 'somebody';
}

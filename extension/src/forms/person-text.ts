import type { TextStep } from './step.ts';

/** A person as mail programs write one. */
export type PersonText = { email: string; firstName?: string; lastName?: string; isCertain: boolean };

/** More is not one person. */
const longestText = 400;

const bareAddress = /^(?:mailto:)?<?([^\s<>",;:()@]+@[^\s<>",;:()@]+)>?[;,]?$/i;
const namedAddress = /^([^<>@]+)<(?:mailto:)?([^\s<>@]+@[^\s<>@]+)>[;,]?$/i;

/**
 * Reads `Ada Lovelace <ada@example.edu>`, `"Lovelace, Ada" <ada@example.edu>` and an address alone. Whether the address is
 * one is for the contract to say. Undefined where it is anything else, such as several people.
 */
export function readPerson(text: string): PersonText | undefined {
  const line = text.trim();
  if (line.length > longestText || /[\r\n]/.test(line)) return undefined;
  const [, bare] = bareAddress.exec(line) ?? [];
  if (bare !== undefined) return { email: bare, isCertain: true };
  const [, name, email] = namedAddress.exec(line) ?? [];
  if (name === undefined || email === undefined) return undefined;
  return { email, ...readName(withoutQuotes(name.trim())) };
}

function withoutQuotes(name: string): string {
  return name.replaceAll(/["\u201c\u201d]|^'|'$/g, '').trim();
}

/** Of more than two words nobody can tell which belong to the last name: then a person is asked. */
function readName(name: string): Omit<PersonText, 'email'> {
  const [last = '', first, ...more] = name.split(',').map((part) => part.trim());
  if (first !== undefined) {
    const isName = more.length === 0 && first !== '' && last !== '';
    return isName ? { firstName: first, lastName: last, isCertain: true } : { isCertain: true };
  }
  const words = name.split(/\s+/).filter(Boolean);
  if (words.length < 2) return { ...(words[0] && { firstName: words[0] }), isCertain: false };
  // As in “Ludwig van Beethoven”.
  const particle = words.findIndex((word, index) => index > 0 && /^\p{Ll}/u.test(word));
  const at = particle > 0 ? particle : words.length - 1;
  return {
    firstName: words.slice(0, at).join(' '),
    lastName: words.slice(at).join(' '),
    isCertain: words.length === 2,
  };
}

/** A person whom the user has at hand, and where. */
export type PersonAtHand = { text: string; from: 'selection' | 'clipboard' };

/** The step with a person in its box: Enter takes them, and whatever is typed replaces them. */
export function offering<Draft>(step: TextStep<Draft>, { text, from }: PersonAtHand): TextStep<Draft> {
  const whence = from === 'selection' ? 'This is selected in the editor' : 'This is in the clipboard';
  return {
    ...step,
    value: (draft) => step.value(draft) || text,
    prompt: `${step.prompt}. ${whence}: press Enter to use it`,
  };
}

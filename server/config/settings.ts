import { errorCodeOf } from '../error-code.ts';
import { isLoopback } from '../network/loopback.ts';
import { readSecretFile, Secret } from '../secret.ts';

/** Environment variables, or the content of `.env`. */
export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads settings and collects their faults. A fault names the setting and never shows its value: faults are printed, and a
 * value under the wrong name may be a secret.
 */
export type Settings = ReturnType<typeof createSettings>;

export function createSettings(variables: Variables) {
  const faults: string[] = [];
  const read = new Set<string>();
  const fault = (message: string) => {
    // A setting may be read twice, but its fault is reported once.
    if (!faults.includes(message)) faults.push(message);
    return undefined;
  };

  /** A blank value counts as unset, as in a copied `.env.example`. */
  function text(name: string): string | undefined {
    read.add(name);
    const value = variables[name]?.trim();
    return value === '' ? undefined : value;
  }

  function integer(name: string, fallback: number, [least, most]: readonly [number, number]): number {
    const value = text(name);
    if (value === undefined) return fallback;
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= least && number <= most) return number;
    fault(`${name} must be a whole number from ${least} to ${most}.`);
    return fallback;
  }

  function flag(name: string, fallback: boolean): boolean {
    const value = text(name)?.toLowerCase();
    if (value === undefined) return fallback;
    if (['true', '1', 'yes', 'on'].includes(value)) return true;
    if (['false', '0', 'no', 'off'].includes(value)) return false;
    fault(`${name} must be true or false.`);
    return fallback;
  }

  function oneOf<Choice extends string>(name: string, choices: readonly Choice[], fallback: Choice): Choice {
    const value = text(name);
    if (value === undefined) return fallback;
    const choice = choices.find((each) => each === value);
    if (choice === undefined) fault(`${name} must be one of: ${choices.join(', ')}.`);
    return choice ?? fallback;
  }

  /** An https URL (http on loopback), without a trailing slash. */
  function url(name: string): string | undefined {
    const value = text(name);
    if (value === undefined) return undefined;
    if (!URL.canParse(value)) return fault(`${name} is not a URL.`);
    const parsed = new URL(value);
    const loopback = isLoopback(parsed.hostname);
    if (parsed.protocol !== 'https:' && !(parsed.protocol === 'http:' && loopback)) {
      return fault(`${name} must be https (http only on loopback).`);
    }
    if (parsed.username || parsed.password)
      return fault(`${name} must not contain a user name or a password.`);
    if (parsed.search || parsed.hash) return fault(`${name} must not contain a query or a fragment.`);
    return parsed.href.replace(/\/+$/, '');
  }

  /** A secret, from its own setting or from a file. */
  function secret(name: string): Secret | undefined {
    const value = text(name);
    const fileName = `${name}_FILE`;
    const file = text(fileName);
    if (value !== undefined && file !== undefined)
      return fault(`${name} and ${fileName} are both set: keep one.`);
    if (file === undefined) return value === undefined ? undefined : new Secret(value);
    try {
      return readSecretFile(file) ?? fault(`${fileName} names an empty file.`);
    } catch (error) {
      return fault(`${fileName} names a file that cannot be read (${errorCodeOf(error)}).`);
    }
  }

  return {
    faults,
    fault,
    text,
    integer,
    flag,
    oneOf,
    url,
    secret,
    isSet: (name: string) => text(name) !== undefined,
    /** Names that begin like ours but that nobody reads: most likely they are misspelt. */
    unread: () => Object.keys(variables).filter((name) => /^(PEARSANA|BFF)_/.test(name) && !read.has(name)),
  };
}

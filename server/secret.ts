import { inspect } from 'node:util';
import { errorCodeOf } from './error-code.ts';
import { readText } from './files/read-text.ts';

let secrets = 0;

/**
 * A string that never appears in a log line, template, JSON or debugger output: they all show `[redacted]`.
 * Code that needs the value calls {@link Secret.reveal}.
 */
export class Secret {
  readonly #value: string;
  /** Tells one secret from another without showing either. Tokens are kept by the generation of their secret. */
  readonly generation: number;

  constructor(value: string) {
    this.#value = value;
    secrets += 1;
    this.generation = secrets;
  }

  reveal(): string {
    return this.#value;
  }

  equals(other: Secret): boolean {
    return this.#value === other.#value;
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return '[redacted]';
  }

  [inspect.custom](): string {
    return '[redacted]';
  }
}

/** The secret in a file, without the final line break; undefined if the file is empty. */
export function readSecretFile(path: string): Secret | undefined {
  const content = readText(path).trim();
  return content === '' ? undefined : new Secret(content);
}

/**
 * The secret in a file, if it differs from `before`. While somebody writes the file, it may be missing or empty for a
 * moment: then `unreadable` is called with the system's error code, or `EMPTY`.
 */
export function changedSecret(
  path: string,
  before: Secret,
  unreadable: (code: string) => void,
): Secret | undefined {
  try {
    const secret = readSecretFile(path);
    if (!secret) unreadable('EMPTY');
    return secret?.equals(before) ? undefined : secret;
  } catch (error) {
    unreadable(errorCodeOf(error));
    return undefined;
  }
}

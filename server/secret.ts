import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { errorCodeOf } from './error-code.ts';

let secrets = 0;

/**
 * A string that no log line, template, JSON or debugger print can show: each of them gets `[redacted]`.
 * Whoever truly needs the value says so by calling {@link Secret.reveal}.
 */
export class Secret {
  readonly #value: string;
  /** Tells one secret from the next without showing either: the generation that a token was asked for with. */
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

/** The secret that a file holds, without the line break at its end; nothing where the file is empty. */
export function readSecretFile(path: string): Secret | undefined {
  const content = readFileSync(path, 'utf8').trim();
  return content === '' ? undefined : new Secret(content);
}

/**
 * What a secret's file holds now, where that is another secret than `before`. A file that is being written may be away
 * or empty for a moment: `unreadable` is told the system's code, or `EMPTY`.
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

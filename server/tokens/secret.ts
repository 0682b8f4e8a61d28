import { inspect } from 'node:util';

/**
 * A string that no log line, template, JSON or debugger print can show: each of them gets `[redacted]`.
 * Whoever truly needs the value says so by calling {@link Secret.reveal}.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
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

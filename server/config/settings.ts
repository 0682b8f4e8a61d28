import { homedir } from 'node:os';
import { join } from 'node:path';
import { errorCodeOf } from '../error-code.ts';
import { NotText } from '../files/read-text.ts';
import { isLoopback } from '../network/loopback.ts';
import { readSecretFile, Secret } from '../secret.ts';

/** Environment variables, or the content of `.env`. */
export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads settings and collects their faults. A fault names the setting and never shows its value: faults are printed, and a
 * value under the wrong name may be a secret.
 */
export type Settings = ReturnType<typeof createSettings>;

export function createSettings(given: Variables) {
  const variables = withoutServiceLinks(given);
  const faults: string[] = [];
  const warnings: string[] = [];
  const read = new Set<string>();
  const fault = (message: string) => {
    // A setting may be read twice, but its fault is reported once.
    if (!faults.includes(message)) faults.push(message);
    return undefined;
  };

  /** Blank is unset, as in a copied `.env.example`. */
  function lines(name: string): string | undefined {
    read.add(name);
    return withoutQuotes(variables[name]?.trim() ?? '') || undefined;
  }

  /** The entries of a list. It may have several lines. */
  function list(name: string, separator: string | RegExp = /[\s,]+/): string[] {
    const entries = lines(name)?.split(separator) ?? [];
    return entries.map((entry) => entry.trim()).filter(Boolean);
  }

  /** A value in one line. Only lists may have several lines. */
  function text(name: string): string | undefined {
    const value = lines(name);
    if (value !== undefined && /\p{Cc}/u.test(value)) {
      return fault(
        `${name} contains a line break or another control character. Is a quotation mark missing at the end of its line, or of a line before it?`,
      );
    }
    return value;
  }

  /** The path of a file or a folder. A shell replaces `~` and `$HOME`, but not in `.env`, nor does a container. */
  function path(name: string): string | undefined {
    const value = text(name);
    if (value === undefined) return undefined;
    const inHome = /^(?:~|\$HOME|\$\{HOME\})(?:[/\\](.*))?$/.exec(value);
    const home = inHome && homeDirectory();
    if (home) return join(home, inHome[1] ?? '');
    if (inHome || /^~|\$[A-Za-z_{]|%[A-Za-z_]+%/.test(value)) {
      return fault(`${name} contains ~, $ or %, which nothing replaces here: write the whole path.`);
    }
    return value;
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
    const choice = choices.find((each) => each.toLowerCase() === value.toLowerCase());
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
    // An empty query or fragment is one too, but URL does not tell.
    if (/[?#]/.test(parsed.href)) return fault(`${name} must not contain a query or a fragment.`);
    return withoutFinalSlashes(parsed.href);
  }

  /** A secret, from its own setting or from a file. */
  function secret(name: string): Secret | undefined {
    const value = text(name);
    const fileName = `${name}_FILE`;
    const file = path(fileName);
    if (value !== undefined && file !== undefined)
      return fault(`${name} and ${fileName} are both set: keep one.`);
    if (file === undefined) return value === undefined ? undefined : new Secret(value);
    try {
      return readSecretFile(file) ?? fault(`${fileName} names an empty file.`);
    } catch (error) {
      const why = error instanceof NotText ? error.message : errorCodeOf(error);
      return fault(`${fileName} names a file that cannot be read (${why}).`);
    }
  }

  const isSet = (name: string) => lines(name) !== undefined;

  return {
    faults,
    fault,
    warnings,
    warn: (message: string) => void warnings.push(message),
    lines,
    list,
    text,
    path,
    integer,
    flag,
    oneOf,
    url,
    secret,
    isSet,
    /** Whether a secret is set, in one of its two settings. */
    hasSecret: (name: string) => isSet(name) || isSet(`${name}_FILE`),
    /** Names that begin like ours but that nobody reads: most likely they are misspelt. */
    unread: () => Object.keys(variables).filter((name) => /^(PEARSANA|BFF)_/.test(name) && !read.has(name)),
  };
}

/** The user's home directory; undefined if there is none, as for some users in containers. */
export function homeDirectory(): string | undefined {
  try {
    return homedir() || undefined;
  } catch {
    return undefined;
  }
}

/** Quotation marks are for a shell and for `.env`. A container is given them with the value (`docker --env-file`). */
function withoutQuotes(value: string): string {
  return /^(["'])(.*)\1$/s.exec(value)?.[2]?.trim() ?? value;
}

/**
 * Kubernetes tells every container of the services beside it, so that a service called `bff` makes variables like
 * `BFF_SERVICE_HOST` and `BFF_PORT=tcp://10.0.0.7:8787`. They are none of ours, whatever their names are.
 */
function withoutServiceLinks(variables: Variables): Variables {
  const links = Object.entries(variables).filter(
    ([name, value]) =>
      /_SERVICE_(HOST$|PORT$|PORT_)|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(name) ||
      (name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value ?? '')),
  );
  const names = new Set(links.map(([name]) => name));
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !names.has(name)));
}

function withoutFinalSlashes(url: string): string {
  let end = url.length;
  while (url[end - 1] === '/') end -= 1;
  return url.slice(0, end);
}

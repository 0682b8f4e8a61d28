import type { Issue } from '../errors.ts';
import { plainName } from './columns.ts';

/** A fault in a file to import, and its place. */
export type Fault = {
  /** The line of the file where the row begins; the header is usually line 1. Undefined if the fault is in the whole file. */
  line?: number;
  /** The cell, counted from 0, if the fault is in one cell. */
  cell?: number;
  /** A sentence for people, without the line. */
  message: string;
};

/** Gives other work a turn of the event loop. It is called often enough that none of our own turns is long. */
export type Breathe = () => Promise<void>;

/** The fault as a list shows it: `Line 12: …`. */
export function faultWords({ line, message }: Fault): string {
  return line === undefined ? message : `Line ${line}: ${message}`;
}

/** What people call a field; others keep the contract's own names. */
const nouns = new Map([
  ['email', 'e-mail address'],
  ['firstName', 'first name'],
  ['lastName', 'last name'],
  ['roleName', 'role'],
  ['identity', 'name'],
  ['namespace', 'namespace'],
  ['externalId', 'external ID'],
  ['externalReferences', 'external reference'],
  ['externalReference', 'external reference'],
  ['documentType', 'document type'],
  ['file', 'file'],
]);

/**
 * The contract's words on a field as a whole sentence, as in `The last name is missing.`
 * @param header of the field's column, if it has one
 */
export function faultSentence({ path, message }: Issue, header?: string): string {
  const leaf = path.split('.').at(-1)?.split('[')[0] ?? path;
  const noun = nouns.get(leaf);
  const isCalledSo = header !== undefined && plainName(header) === plainName(leaf);
  const where = header === undefined ? ` (${path})` : '';
  const subject =
    noun !== undefined && (header === undefined || isCalledSo) ? noun + where : `“${header ?? path}”`;
  const words = message.replaceAll(/`([^`]*)`/g, '“$1”');
  return `${sentence()}${/[.!?]$/.test(words) ? '' : '.'}`;

  function sentence(): string {
    if (path === '') return words;
    if (/^(is required|must not be empty)$/.test(words)) return `The ${subject} is missing`;
    if (words === 'there is no such field') return `There is no field “${path}”`;
    if (words.startsWith('is already ')) return `This ${subject} ${words}`;
    return /^(is|must) /.test(words) ? `The ${subject} ${words}` : `${header ?? path}: ${words}`;
  }
}

/** All that is wrong with a row, one sentence after another. */
export function joinFaults(faults: readonly Fault[]): string {
  return faults.map(({ message }) => message).join(' ');
}

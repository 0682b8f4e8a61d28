import type { Request } from 'express';
import { bodyCapOf, type OperationRow, parametersIn, scopesOf } from '../../../shared/endpoint-row.ts';
import type { FileLimits } from '../../../shared/environments.ts';
import type { Scope } from '../../../shared/scopes.ts';
import { BffError } from '../../bff-error.ts';
import { type Remembered, rememberedOf } from '../../journal/remembered.ts';
import { writeJson } from '../../json/write-json.ts';
import type { HeldBytes } from '../bytes-in-flight.ts';
import { jsonBytes, parseJson } from '../json-body.ts';
import type { Target } from '../middleware/request-line.ts';
import { takeTurns } from '../turns.ts';
import { largestFiles, requireSmallFiles } from './file-limits.ts';
import { requireValid } from './require-valid.ts';

/** A read that is ready for Pearsana. */
type PreparedRead = {
  /** The parameters of Pearsana's path. */
  parameters: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  scopes: readonly Scope[];
};

/** A write that is ready for Pearsana: checked, and serialised again. */
type PreparedWrite = PreparedRead & {
  /** Undefined if the row has no body. */
  body?: Buffer;
  remembered: Remembered;
};

/** What the request line says. */
type Named = { parameters: Readonly<Record<string, string>>; query: Target['query'] };

/** Far longer than real ids. A path of such values leads nowhere else. */
const idForm = /^(?!\.{1,2}$)[\w.~:@+=,-]{1,200}$/;

/** Checks the parameters of a row. */
function prepareNamedOf(row: OperationRow) {
  const partnerParameters = parametersIn(row.partner?.path ?? '');

  return ({ parameters, query }: Named) => ({
    parameters: idsOf(parameters, partnerParameters),
    query: row.query ? textsOf(requireValid(row.query, query)) : noQuery,
  });
}

const noQuery: PreparedRead['query'] = {};

/** Prepares the requests of a row that is a read, which has no body. */
export function prepareReadOf(row: OperationRow) {
  const prepareNamed = prepareNamedOf(row);

  return (named: Named): PreparedRead => ({ ...prepareNamed(named), scopes: scopesOf(row, undefined) });
}

/**
 * Reads and checks the requests of a row that is a write. The result contains the body once, as the bytes that will be sent. The parsed
 * value is dropped here: otherwise a document would be in memory twice for the whole call.
 */
export function prepareWriteOf(row: OperationRow, limits: FileLimits) {
  const readBody = row.request && jsonBytes(bodyCapOf(row, limits), largestFiles(row, limits));
  const prepareNamed = prepareNamedOf(row);

  return async function prepareWrite(
    request: Request,
    named: Named,
    held: HeldBytes,
  ): Promise<PreparedWrite> {
    const { parameters, query } = prepareNamed(named);
    // A form is too small to count. So uploads of documents do not keep anybody from creating a user.
    const body = await readBody?.(request, row.files ? held : undefined);
    using turns = await takeTurns(body?.bytes.byteLength ?? 0);
    const { value, exact } = body ? await parseJson(body, turns) : {};
    await turns.next();
    if (row.request) requireValid(row.request, value);
    requireSmallFiles(row, value, limits);
    await turns.next();
    return {
      parameters,
      query,
      // The contracts change nothing in a request, so the caller's own value is sent, with its own order of fields.
      ...(body && { body: await writeJson(exact, body.bytes, turns.next) }),
      scopes: scopesOf(row, value),
      remembered: await rememberedOf(row, exact, turns.next, { ...parameters, ...query }),
    };
  };
}

function idsOf(named: Readonly<Record<string, string>>, wanted: readonly string[]): Record<string, string> {
  const ids = wanted.map((name): [string, string] => [name, named[name] ?? '']);
  const wrong = ids.filter(([, id]) => !idForm.test(id));
  if (wrong.length > 0) {
    const message = 'must be an id: at most 200 letters, digits and any of . _ ~ : @ + = , -';
    throw BffError.invalid(wrong.map(([path]) => ({ path, message })));
  }
  return Object.fromEntries(ids);
}

function textsOf(query: Readonly<Record<string, unknown>>): Record<string, string> {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}

import type { Request } from 'express';
import {
  bodyCapOf,
  isWrite,
  type OperationRow,
  parametersIn,
  scopesOf,
} from '../../../shared/endpoint-row.ts';
import type { FileLimits } from '../../../shared/environments.ts';
import type { Scope } from '../../../shared/scopes.ts';
import { BffError } from '../../bff-error.ts';
import { type Remembered, rememberedOf } from '../../journal/remembered.ts';
import { writeJson } from '../../json/write-json.ts';
import type { HeldBytes } from '../bytes-in-flight.ts';
import { jsonBytes, parseJson } from '../json-body.ts';
import { takeTurns } from '../turns.ts';
import { largestFiles, requireSmallFiles } from './file-limits.ts';
import { requireValid } from './require-valid.ts';

/** A request that may go on to the partner: checked, and serialised again. */
export type PreparedRequest = {
  /** What the partner's path names. */
  parameters: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  /** Absent where the row takes none. */
  body?: Buffer;
  scopes: readonly Scope[];
  /** Where the row writes. */
  remembered?: Remembered;
};

/** Far more than an id has; a path that is made of such leads nowhere else. */
const idForm = /^(?!\.{1,2}$)[\w.~:@+=,-]{1,200}$/;

/**
 * Reads and checks the requests of a row. What it gives holds the body once, as the bytes that are sent: the value that
 * they came from is left behind here, since a document would else lie in memory twice for as long as the call takes.
 */
export function prepareRequestOf(row: OperationRow, limits: FileLimits) {
  const readBody = row.request && jsonBytes(bodyCapOf(row, limits), largestFiles(row, limits));
  const partnerParameters = parametersIn(row.partner?.path ?? '');

  return async function prepareRequest(
    request: Request,
    named: Readonly<Record<string, string>>,
    held: HeldBytes,
  ): Promise<PreparedRequest> {
    const parameters = idsOf(named, partnerParameters);
    const query = textsOf(row.query ? requireValid(row.query, request.query) : {});
    // A form is small enough not to count: whoever sends documents keeps nobody from creating a user.
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
      // The contracts change nothing in a request, so the caller's own body goes on, in its own order of fields.
      ...(body && { body: await writeJson(exact, body.bytes, turns.next) }),
      scopes: scopesOf(row, value),
      ...(isWrite(row) && {
        remembered: await rememberedOf(row, exact, turns.next, { ...parameters, ...query }),
      }),
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

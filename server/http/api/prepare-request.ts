import type { Request } from 'express';
import type { FileLimits } from '../../../shared/environments.ts';
import { bodyCapOf, type OperationRow, scopesOf } from '../../../shared/operations.ts';
import type { Scope } from '../../../shared/scopes.ts';
import { validate } from '../../../shared/validate.ts';
import { BffError } from '../../bff-error.ts';
import { type Remembered, rememberedOf } from '../../journal/remembered.ts';
import type { HeldBytes } from '../bytes-in-flight.ts';
import { jsonBody } from '../json-body.ts';
import { largestFiles, requireSmallFiles } from './file-limits.ts';

/** A request that may go on to the partner: checked, and serialised again. */
export type PreparedRequest = {
  /** Absent where the row takes none. */
  body?: Buffer;
  scopes: readonly Scope[];
  /** Where the row writes. */
  remembered?: Remembered;
};

/**
 * Reads and checks the requests of a row. What it gives holds the body once, as the bytes that are sent: the value that
 * they came from is left behind here, since a document would else lie in memory twice for as long as the call takes.
 */
export function prepareRequestOf(row: OperationRow, limits: FileLimits) {
  const schema = row.request;
  if (schema === null) return async (): Promise<PreparedRequest> => ({ scopes: scopesOf(row, undefined) });
  const readBody = jsonBody(bodyCapOf(row, limits), largestFiles(row, limits));

  return async function prepareRequest(request: Request, held: HeldBytes): Promise<PreparedRequest> {
    // A form is small enough not to count: whoever sends documents keeps nobody from creating a user.
    const value = await readBody(request, row.files ? held : undefined);
    const validation = validate(schema, value);
    if (!validation.ok) throw BffError.invalid(validation.issues);
    requireSmallFiles(row, value, limits);
    // The contracts change nothing in a request, so the caller's own body goes on, in its own order of fields.
    return {
      body: Buffer.from(JSON.stringify(value)),
      scopes: scopesOf(row, value),
      ...(row.writes && { remembered: rememberedOf(row, value) }),
    };
  };
}

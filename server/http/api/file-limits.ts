import { decodedBytes } from '../../../shared/documents.ts';
import type { FileLimits } from '../../../shared/environments.ts';
import type { Issue } from '../../../shared/errors.ts';
import type { OperationRow } from '../../../shared/operations.ts';
import { sentences } from '../../../shared/validate.ts';
import { BffError } from '../../bff-error.ts';

/**
 * Refuses files that are larger than the limits, each by its name in the request. A body of the right size may hold
 * such a one all the same, where little else is in it.
 * @param request one that the row's schema has accepted.
 */
export function requireSmallFiles({ files }: OperationRow, request: unknown, limits: FileLimits): void {
  if (!files) return;
  const sizes = files.of(request as never).map(({ path, file }) => ({ path, bytes: decodedBytes(file) }));
  const issues: Issue[] = sizes
    .filter(({ bytes }) => bytes > limits.document)
    .map(({ path, bytes }) => ({
      path,
      message: `has ${megabytes(bytes)}, and a document may have ${megabytes(limits.document)}`,
    }));
  const all = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (all > limits[files.limit] && issues.length === 0) {
    const message = `The documents have ${megabytes(all)} in all, and a batch may have ${megabytes(limits[files.limit])}: send them in several.`;
    issues.push({ path: '', message });
  }
  if (issues.length === 0) return;
  const errors = sentences(issues);
  throw BffError.of('PAYLOAD_TOO_LARGE', errors.join('. '), { details: { errors, issues } });
}

/** The same limits, said of a body that is too large to be read at all: base64 has made a third more of its files. */
export function largestFiles({ files }: OperationRow, limits: FileLimits): { largest?: string } {
  if (!files) return {};
  const most = megabytes(limits[files.limit]);
  return {
    largest:
      files.limit === 'batch'
        ? `the documents of a batch may have ${most} in all, before base64. Send them in several.`
        : `a document may have ${most}, before base64.`,
  };
}

/** To a precision at which what is too large by one byte does not look as if it fitted. */
function megabytes(bytes: number): string {
  const inMegabytes = bytes / 1024 / 1024;
  return Number.isInteger(inMegabytes) ? `${inMegabytes} MB` : `${bytes.toLocaleString('en')} bytes`;
}

import { byteWords } from '../../../shared/byte-words.ts';
import { decodedBytes } from '../../../shared/documents.ts';
import type { OperationRow } from '../../../shared/endpoint-row.ts';
import type { FileLimits } from '../../../shared/environments.ts';
import type { Issue } from '../../../shared/errors.ts';
import { sentences } from '../../../shared/validate.ts';
import { BffError } from '../../bff-error.ts';

/**
 * Refuses files above the limits, and names each by its path in the request. A body within its own limit may still contain
 * a file that is too large, if it contains little else.
 * @param request a request that the row's schema has accepted.
 */
export function requireSmallFiles({ files }: OperationRow, request: unknown, limits: FileLimits): void {
  if (!files) return;
  const sizes = files.of(request as never).map(({ path, file }) => ({ path, bytes: decodedBytes(file) }));
  const issues: Issue[] = sizes
    .filter(({ bytes }) => bytes > limits.document)
    .map(({ path, bytes }) => ({
      path,
      message: `has ${byteWords(bytes, 'exact')}, and a document may have ${byteWords(limits.document, 'exact')}`,
    }));
  const all = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (all > limits[files.limit] && issues.length === 0) {
    const message = `The documents have ${byteWords(all, 'exact')} in all, and a batch may have ${byteWords(limits[files.limit], 'exact')}: send them in several.`;
    issues.push({ path: '', message });
  }
  if (issues.length === 0) return;
  const errors = sentences(issues);
  throw BffError.of('PAYLOAD_TOO_LARGE', errors.join('. '), { details: { errors, issues } });
}

/** The same limits in words, for a body that is too large to be read. Base64 makes files a third larger. */
export function largestFiles({ files }: OperationRow, limits: FileLimits): { largest?: string } {
  if (!files) return {};
  const most = byteWords(limits[files.limit], 'exact');
  return {
    largest:
      files.limit === 'batch'
        ? `the documents of a batch may have ${most} in all, before base64. Send them in several.`
        : `a document may have ${most}, before base64.`,
  };
}

import { BffError } from '../bff-error.ts';

/** The answer to any other method at what can only be read. */
export function onlyGet(): never {
  throw BffError.of('METHOD_NOT_ALLOWED', 'Only GET is possible here.', { headers: { Allow: 'GET, HEAD' } });
}

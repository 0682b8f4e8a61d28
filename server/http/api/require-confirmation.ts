import type { Request } from 'express';
import { BffError } from '../../bff-error.ts';
import type { EnvironmentFacts } from '../../config/environment-config.ts';

/** A write to a protected environment is confirmed by name, every time: a wrong button must not reach real students. */
export function requireConfirmation(
  request: Request,
  { id, protected: isProtected }: Pick<EnvironmentFacts, 'id' | 'protected'>,
): void {
  if (!isProtected || request.headers['x-confirm-environment'] === id) return;
  throw BffError.of(
    'CONFIRMATION_REQUIRED',
    `${id} is protected. Confirm the write with the header X-Confirm-Environment: ${id}.`,
  );
}

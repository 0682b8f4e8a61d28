import type * as z from 'zod/mini';
import { type Schema, validate } from '../../../shared/validate.ts';
import { BffError } from '../../bff-error.ts';

/** Checks a value against its contract. Fails with a message that says what is wrong. */
export function requireValid<Contract extends Schema>(
  contract: Contract,
  value: unknown,
): z.output<Contract> {
  const validation = validate(contract, value);
  if (!validation.ok) throw BffError.invalid(validation.issues);
  return validation.value;
}

// Compiled, never run: each line below an expectation must be an error, or `tsc` fails.
import {
  type CallResult,
  type CommandHandlers,
  type CommandId,
  operationCommands,
  registerCommands,
} from '../../extension/src/contributions.ts';
import type { Remedy } from '../../extension/src/failures/remedies.ts';
import type { OperationName } from '../../shared/operations.ts';

declare const register: Parameters<typeof registerCommands>[0];
declare const handlers: CommandHandlers;
const { 'pearsana.ping': ping, ...withoutPing } = handlers;

registerCommands(register, handlers);

// @ts-expect-error: a command without a handler.
registerCommands(register, withoutPing);

// @ts-expect-error: a handler for a command that doesn't exist.
registerCommands(register, { ...withoutPing, 'pearsana.ping': ping, 'pearsana.pong': ping });

// @ts-expect-error: a handler that returns another command's result.
registerCommands(register, { ...handlers, 'pearsana.ping': () => ({ signedInTo: 'https://example.com' }) });

declare const believing: (target: { environment: string }) => undefined;
// @ts-expect-error: a handler that believes its caller.
registerCommands(register, { ...handlers, 'pearsana.ping': believing });

// @ts-expect-error: an operation nobody has decided on.
({ ping: 'pearsana.ping' }) satisfies Record<OperationName, CommandId | null>;

// @ts-expect-error: a command for an operation that doesn't exist.
operationCommands.pong;

// @ts-expect-error: a next step with a command that doesn't exist.
({ title: 'Pong', command: 'pearsana.pong' }) satisfies Remedy;

// @ts-expect-error: a next step with the arguments of another command.
({ title: 'Retry', command: 'pearsana.ping', argument: { accessKey: 'k' } }) satisfies Remedy;

// @ts-expect-error: a result of a row that doesn't exist.
type NoSuchResult = CallResult<'pong'>;

export type { NoSuchResult };

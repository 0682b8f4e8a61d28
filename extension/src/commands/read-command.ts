import * as vscode from 'vscode';
import type { CallOptions, PlainRead } from '../../../shared/client.ts';
import { operations, type Success } from '../../../shared/operations.ts';
import type { Backend } from '../backend.ts';
import { type CallResult, operationCommands } from '../contributions.ts';
import type { EnvironmentList } from '../environment-list.ts';
import { retry } from '../failures/remedies.ts';
import type { Situation } from '../failures/situation.ts';
import { tellFailure, tellFailures } from '../failures/tell-failures.ts';
import { plain } from '../plain-text.ts';
import { callWithProgress } from './call-with-progress.ts';
import { readEnvironmentArgument } from './command-arguments.ts';
import { findTarget } from './find-target.ts';

export type ReadDependencies = { backend: Backend; list: EnvironmentList; situation: () => Situation };

/** What one of them asks, and what is done with the answer. */
export type Question<Name extends PlainRead> = {
  /** As in “Pinging”. */
  doing: string;
  /** What is said of the answer in passing, since the tree shows it too; nothing where it is shown in another way. */
  words?(answer: Success<Name>): string;
  onAnswer?(answer: Success<Name>): void;
};

/** For how long the status bar says what was answered, in ms. */
const wordsMs = 5_000;

/** Asks the environment that was clicked or named, else the one that is chosen now. */
export function createReadCommand<Name extends PlainRead>(
  operation: Name,
  { doing, words, onAnswer }: Question<Name>,
  { backend, list, situation }: ReadDependencies,
): (argument?: unknown) => Promise<CallResult<Name>> {
  const command = operationCommands[operation];
  const { title } = operations[operation];

  return tellFailures(
    situation,
    async (argument?: unknown) => {
      const named = readEnvironmentArgument(command, argument)?.environment;
      const environment = named ?? (await findTarget(list, [operation], { title }))?.environment.id;
      if (environment === undefined) return undefined;
      const result = await callWithProgress(`${doing} ${plain(environment)}…`, (signal) =>
        // The compiler cannot see that of each of them.
        backend.call(operation, { environment, signal } as CallOptions<Name>),
      );
      if (result === undefined) return undefined;

      if ('error' in result) {
        const { error } = result;
        // The BFF went on to the partner, and may know more of its tokens now.
        if (error.source === 'auth' || error.source === 'pearsana') void list.update();
        return tellFailure(error, situation, retry(command, { environment }));
      }
      void list.update();
      onAnswer?.(result);
      if (words) vscode.window.setStatusBarMessage(plain(words(result)), wordsMs);
      return result;
    },
    () => retry(command),
  );
}

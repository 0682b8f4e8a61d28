import * as vscode from 'vscode';
import type { ActivityEntry } from '../../../shared/activity.ts';
import type { Backend } from '../backend.ts';
import { type Failed, operationCommands } from '../contributions.ts';
import { CommandError } from '../failures/command-failure.ts';
import { copyRequestId, remedyButton, showMessage } from '../failures/show-message.ts';
import type { Situation } from '../failures/situation.ts';
import { tellFailures } from '../failures/tell-failures.ts';
import { plain } from '../plain-text.ts';
import { tryAgain } from '../writes/write-outcome.ts';
import { isWrite, writeWords } from '../writes/write-words.ts';
import { readWriteReference } from './command-arguments.ts';

export type ResolveDependencies = {
  backend: Pick<Backend, 'activity' | 'resolve'>;
  situation: () => Situation;
  onResolved: (environment: string) => void;
};

/** Whoever has looked says whether a write happened; nobody else can know, so no caller may answer for the person. */
export function createResolveCommand({
  backend,
  situation,
  onResolved,
}: ResolveDependencies): (argument?: unknown) => Promise<ActivityEntry | Failed | undefined> {
  return tellFailures(situation, async (argument) => {
    const { environment, requestId, again } = readWriteReference('pearsana.resolve', argument);
    const write = await findWrite(environment, requestId);
    const answer = await askWhetherItHappened(environment, write);
    if (!answer) return undefined;
    const { happened } = answer;
    const { activity } = await backend.resolve({ environment, id: write.id, happened });
    onResolved(environment);
    const { operation } = write;
    const sendAgain =
      !happened && again !== undefined && isWrite(operation)
        ? [remedyButton({ ...tryAgain(operationCommands[operation], again), title: 'Send Again…' })]
        : [];
    const words = happened ? 'Marked as sent.' : 'Marked as not sent.';
    showMessage('information', words, [...sendAgain, copyRequestId(requestId)]);
    return activity;
  });

  async function findWrite(environment: string, requestId: string): Promise<ActivityEntry> {
    let before: string | undefined;
    do {
      const page = await backend.activity({ environment, ...(before !== undefined && { before }) });
      const found = page.activity.find((each) => each.requestId === requestId);
      if (found) return found;
      before = page.next ?? undefined;
    } while (before !== undefined);
    throw new CommandError('NO_SUCH_WRITE', `This is not in your activity in ${plain(environment, 60)}.`);
  }
}

function askWhetherItHappened(environment: string, { operation, externalReferences }: ActivityEntry) {
  return vscode.window.showQuickPick(
    [
      { label: 'It happened', detail: 'It will not be sent again.', happened: true },
      { label: 'It did not happen', detail: 'You can send it again.', happened: false },
    ],
    {
      title: plain(`Mark as Resolved · ${environment}`, 120),
      placeHolder: `Did ${writeWords(operation, externalReferences)} happen? Check the Pearsana portal`,
      ignoreFocusOut: true,
    },
  );
}

import * as vscode from 'vscode';
import type { Backend } from '../backend.ts';
import type { CommandHandlers } from '../contributions.ts';
import { CommandError } from '../failures/command-failure.ts';
import { showResult } from '../failures/show-message.ts';
import type { Situation } from '../failures/situation.ts';
import { tellFailures } from '../failures/tell-failures.ts';
import { plain } from '../plain-text.ts';
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
}: ResolveDependencies): CommandHandlers['pearsana.resolve'] {
  return tellFailures(situation, async (argument) => {
    const { environment, requestId } = readWriteReference('pearsana.resolve', argument);
    const answer = await askWhetherItHappened(environment, requestId);
    if (!answer) return undefined;
    const { happened } = answer;
    const id = await findWrite(environment, requestId);
    const { activity } = await backend.resolve({ environment, id, happened });
    onResolved(environment);
    showResult(
      happened
        ? 'Noted: it happened. It will not be sent again with its key.'
        : 'Noted: it did not happen. The same request can be sent again.',
      activity.requestId,
    );
    return activity;
  });

  async function findWrite(environment: string, requestId: string): Promise<string> {
    let before: string | undefined;
    do {
      const page = await backend.activity({ environment, ...(before !== undefined && { before }) });
      const found = page.activity.find((each) => each.requestId === requestId);
      if (found) return found.id;
      before = page.next ?? undefined;
    } while (before !== undefined);
    throw new CommandError('NO_SUCH_WRITE', `You have no write of the request id ${requestId} there.`);
  }
}

function askWhetherItHappened(environment: string, requestId: string) {
  return vscode.window.showQuickPick(
    [
      { label: 'It happened', detail: 'Its key is never sent again.', happened: true },
      { label: 'It did not happen', detail: 'The same request can be sent again.', happened: false },
    ],
    {
      title: plain(`Mark as Resolved · ${environment}`, 120),
      placeHolder: `What does the Pearsana portal show for request id ${plain(requestId, 128)}?`,
      ignoreFocusOut: true,
    },
  );
}

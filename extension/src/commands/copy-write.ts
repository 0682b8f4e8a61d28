import * as vscode from 'vscode';
import type { Backend } from '../backend.ts';
import type { EnvironmentList } from '../environment-list.ts';
import { CommandError } from '../failures/command-failure.ts';
import type { Situation } from '../failures/situation.ts';
import { tellFailures } from '../failures/tell-failures.ts';
import type { Write } from '../views/activity-pages.ts';
import { madeId } from '../views/activity-words.ts';
import { supportText } from '../views/support-words.ts';
import { type CopiedCall, curlOf, typeScriptOf } from '../writes/copy-as.ts';
import type { SentRequests } from '../writes/sent-requests.ts';
import { isWrite } from '../writes/write-words.ts';
import { loadList } from './find-target.ts';
import type { FindWrites } from './find-writes.ts';

export type CopyDependencies = {
  backend: Pick<Backend, 'origin'>;
  list: EnvironmentList;
  situation: () => Situation;
  sent: Pick<SentRequests, 'find'>;
  findWrites: FindWrites;
  /** Of the extension. */
  version: string;
};

/** The commands that copy what is known of writes; several are copied line by line. */
export function createCopyCommands(dependencies: CopyDependencies) {
  const { backend, list, situation, sent, findWrites, version } = dependencies;

  async function copy(what: string, text: string): Promise<undefined> {
    await vscode.env.clipboard.writeText(text);
    vscode.window.setStatusBarMessage(`$(check) Copied ${what}`, 4_000);
    return undefined;
  }

  const copying = (what: string, textOf: (writes: readonly Write[]) => string | Promise<string>) =>
    tellFailures(situation, async (argument?: unknown, more?: unknown) =>
      copy(what, await textOf(await findWrites(argument, more))),
    );

  async function supportOf(writes: readonly Write[]): Promise<string> {
    const { environments } = await loadList(list);
    const host = `${vscode.env.appName} ${vscode.version}`;
    return supportText(writes, environments, { extension: `Pearsana Partner ${version}`, host });
  }
  const forSupport = 'what Pearsana Support needs';

  const each = (textOf: (write: Write) => string | undefined) => (writes: readonly Write[]) =>
    writes.flatMap((write) => textOf(write) ?? []).join('\n');

  const asCall = (render: (call: CopiedCall) => string) => async (writes: readonly Write[]) => {
    const { environments } = await loadList(list);
    const calls = writes.flatMap(({ operation, environment, requestId }): CopiedCall[] => {
      const request = sent.find(requestId)?.request;
      const place = environments.find(({ id }) => id === environment);
      return isWrite(operation) && request && place
        ? [{ origin: backend.origin(), environment: place, operation, request }]
        : [];
    });
    if (calls.length > 0) return calls.map(render).join('\n\n');
    throw new CommandError(
      'NO_SUCH_WRITE',
      'You can copy only requests that this window sent, because the BFF does not keep requests.',
    );
  };

  return {
    copyRequestId: copying(
      'the request id',
      each(({ requestId }) => requestId),
    ),
    copyPearsanaId: copying('Pearsana’s id', each(madeId)),
    copyForSupport: copying(forSupport, supportOf),
    copyWrites: async (writes: readonly Write[]) => copy(forSupport, await supportOf(writes)),
    copyAsCurl: copying('a curl command', asCall(curlOf)),
    copyAsTypeScript: copying('a TypeScript program', asCall(typeScriptOf)),
  };
}

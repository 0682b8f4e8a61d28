import type * as vscode from 'vscode';
import type { Backend } from '../backend.ts';
import type { CommandHandlers } from '../contributions.ts';
import { CommandError } from '../failures/command-failure.ts';
import { replaceText, type ShownText, showText } from '../failures/show-text.ts';
import { tellFailures } from '../failures/tell-failures.ts';
import type { ImportNames } from '../imports/import-names.ts';
import { plain } from '../plain-text.ts';
import type { Write } from '../views/activity-pages.ts';
import {
  type ActivityTree,
  type ActivityTreeDependencies,
  createActivityTree,
} from '../views/activity-tree.ts';
import { madeId, writeText, writeTitle } from '../views/activity-words.ts';
import type { SentRequests } from '../writes/sent-requests.ts';
import { createCopyCommands } from './copy-write.ts';
import { createFilterCommands } from './filter-activity.ts';
import { createFindWrites } from './find-writes.ts';
import { createResolveCommand } from './resolve.ts';
import { createSendAgain } from './send-again.ts';

export type ActivityDependencies = Omit<
  ActivityTreeDependencies,
  'possible' | 'reasonOf' | 'fileNameOf' | 'backend'
> & {
  backend: Pick<Backend, 'activity' | 'imports' | 'origin' | 'resolve'>;
  sent: SentRequests;
  names: ImportNames;
  subscriptions: vscode.Disposable[];
  /** Told of each write whose outcome somebody has found out. */
  onResolved: (write: Write) => void;
  /** Of the extension. */
  version: string;
};

type ActivityCommand =
  | 'resolve'
  | 'showWrite'
  | 'copyRequestId'
  | 'copyPearsanaId'
  | 'copyForSupport'
  | 'copyAsCurl'
  | 'copyAsTypeScript'
  | 'sendAgain'
  | 'filterActivity'
  | 'filterByPerson'
  | 'clearActivityFilter'
  | 'showMoreActivity';

export type Activity = Pick<ActivityTree, 'children' | 'item' | 'written'> & {
  [Name in ActivityCommand]: (
    ...given: Parameters<CommandHandlers[`pearsana.${Name}`]>
  ) => Promise<Awaited<ReturnType<CommandHandlers[`pearsana.${Name}`]>>>;
};

/** All that the view of what was sent needs; loaded once somebody looks, or there is something to look at. */
export function createActivity(dependencies: ActivityDependencies): Activity {
  const { sent, names, situation, subscriptions } = dependencies;
  const again = createSendAgain(sent, names);
  const tree = createActivityTree({
    ...{ ...dependencies, possible },
    ...{ reasonOf: sent.reasonOf, fileNameOf: names.of },
  });
  subscriptions.push(tree);

  /** By these words the menu of a write is chosen. */
  function possible(write: Write): string[] {
    const request = sent.find(write.requestId)?.request;
    return [
      ...(again.button(write) ? ['again'] : []),
      // A document is a file, which no command line should hold.
      ...(request && !('items' in request) ? ['copyable'] : []),
      ...(write.externalReferences.length > 0 ? ['person'] : []),
      ...(madeId(write) === undefined ? [] : ['made']),
    ];
  }

  const detailsOf = (write: Write): ShownText => ({
    name: `${plain(writeTitle(write), 80)}.txt`,
    text: writeText(write, sent.reasonOf(write.requestId)),
    key: `write ${write.environment} ${write.requestId}`,
  });
  function onResolved(write: Write): void {
    replaceText(detailsOf(write));
    dependencies.onResolved(write);
  }

  const findWrites = createFindWrites(tree);
  const acting = { ...dependencies, findWrites, tree, again };
  const copying = createCopyCommands(acting);
  return {
    ...tree,
    ...copying,
    ...createFilterCommands(acting),
    resolve: createResolveCommand({ ...acting, onResolved, copyForSupport: copying.copyWrites }),
    sendAgain: tellFailures(situation, async (argument) => {
      const [write] = await findWrites(argument);
      const button = write && again.button(write);
      if (!button) {
        throw new CommandError(
          'NO_SUCH_WRITE',
          'This window did not send this request, and the BFF does not keep requests.',
        );
      }
      await button.act();
      return undefined;
    }),
    showWrite: tellFailures(situation, async (argument) => {
      const [write] = await findWrites(argument);
      if (write) await showText(detailsOf(write));
      return undefined;
    }),
    async showMoreActivity(argument) {
      tree.more(argument);
      return undefined;
    },
  };
}

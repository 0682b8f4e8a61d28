import * as vscode from 'vscode';
import type { ActivityEntry } from '../../../shared/activity.ts';
import type { Backend } from '../backend.ts';
import { showMessage } from '../failures/show-message.ts';
import type { Situation } from '../failures/situation.ts';
import { tellFailures } from '../failures/tell-failures.ts';
import { wizardInput } from '../forms/wizard-input.ts';
import { plain } from '../plain-text.ts';
import { ageWords, timeWords } from '../time-words.ts';
import type { Write } from '../views/activity-pages.ts';
import type { ActivityTree } from '../views/activity-tree.ts';
import { operationTitle, personWords } from '../views/activity-words.ts';
import { resolvedWords, writeWords } from '../writes/write-words.ts';
import { loadList } from './find-target.ts';
import type { FindWrites } from './find-writes.ts';
import type { SendAgain } from './send-again.ts';

export type ResolveDependencies = {
  backend: Pick<Backend, 'resolve'>;
  list: Parameters<typeof loadList>[0];
  situation: () => Situation;
  tree: Pick<ActivityTree, 'unresolved' | 'refresh'>;
  findWrites: FindWrites;
  again: SendAgain;
  copyForSupport: (writes: readonly Write[]) => unknown;
  /** Told of each write at once: what shows it must not say that nobody knows. */
  onResolved: (write: Write) => void;
};

type Found = 'happened' | 'not' | 'ask';

/** Whoever has looked says whether writes happened; nobody else can know, so no caller may answer for the person. */
export function createResolveCommand(dependencies: ResolveDependencies) {
  const { backend, list, situation, tree, findWrites, again, copyForSupport, onResolved } = dependencies;

  return tellFailures(situation, async (argument?: unknown, more?: unknown) => {
    const named = isLine(argument) ? await findWrites(argument, more) : await chooseWrites();
    const writes = named?.filter(({ state }) => state === 'unknown') ?? [];
    const [first] = writes;
    if (!first) {
      if (named) showMessage('information', 'There is nothing to resolve: every outcome is known.');
      return undefined;
    }
    const found = await askWhetherItHappened(first, writes.length);
    if (found === 'ask') await copyForSupport(writes);
    if (found === undefined || found === 'ask') return undefined;
    const happened = found === 'happened';
    const resolved: ActivityEntry[] = [];
    try {
      for (const { environment, id } of writes) {
        const { activity } = await backend.resolve({ environment, id, happened });
        resolved.push(activity);
        onResolved({ ...activity, environment });
      }
    } finally {
      for (const environment of new Set(writes.map((each) => each.environment))) tree.refresh(environment);
    }
    const words = resolvedWords(writes, happened);
    const button = happened || writes.length > 1 ? undefined : again.button({ ...first, ...resolved[0] });
    showMessage('information', words, button ? [button] : []);
    return resolved[0];
  });

  /** Any number of the unresolved ones; none is chosen at first, since one answer counts for all. */
  async function chooseWrites(): Promise<Write[] | undefined> {
    await loadList(list);
    const unresolved = await tree.unresolved();
    if (unresolved.length < 2) return unresolved;
    const options = unresolved.map((write, index) => ({
      id: String(index),
      label: plain(personWords(write) || operationTitle(write.operation), 60),
      description: plain(
        [
          operationTitle(write.operation),
          write.environment,
          ageWords(Date.parse(write.startedAt), Date.now()),
        ].join(' · '),
        120,
      ),
    }));
    const ask = 'Mark as Resolved';
    const prompt = 'Choose all that happened, or all that did not';
    const chosen = await wizardInput.choice({
      ...{ ask, prompt, options, many: true },
      place: { title: ask, canGoBack: false },
    });
    return chosen.kind === 'accepted'
      ? unresolved.filter((_, index) => chosen.value.includes(String(index)))
      : undefined;
  }
}

/** Not the group of all, nor nothing at all, as from the palette. */
function isLine(argument: unknown): boolean {
  return argument !== undefined && argument !== null && !('group' in Object(argument));
}

async function askWhetherItHappened(write: Write, count: number): Promise<Found | undefined> {
  const { operation, environment, startedAt } = write;
  const person = personWords(write);
  const what = `${writeWords(operation, [])}${person && ` for ${person}`} (${timeWords(startedAt)})`;
  const several = count > 1;
  const options: (vscode.QuickPickItem & { found: Found })[] = [
    {
      label: several ? 'All of them happened' : 'It happened',
      detail: 'You found it in the Pearsana portal. It will not be sent again.',
      found: 'happened',
    },
    {
      label: several ? 'None of them happened' : 'It did not happen',
      detail: 'The Pearsana portal does not show it. You can send it again.',
      found: 'not',
    },
    {
      label: 'Copy for Pearsana Support',
      detail: 'You cannot tell from the portal. Send Pearsana the request id, the time and the versions.',
      found: 'ask',
    },
  ];
  const chosen = await vscode.window.showQuickPick(options, {
    title: plain(several ? 'Mark as Resolved' : `Mark as Resolved · ${environment}`, 120),
    placeHolder: several ? `Did these ${count} writes happen?` : `Did ${what} happen?`,
    ignoreFocusOut: true,
  });
  return chosen?.found;
}

import * as vscode from 'vscode';
import type { EnvironmentArgument, Failed } from '../contributions.ts';
import type { EnvironmentList } from '../environment-list.ts';
import type { Situation } from '../failures/situation.ts';
import { tellFailures } from '../failures/tell-failures.ts';
import { readEnvironmentArgument } from './command-arguments.ts';
import { environmentPicks, findNamed, loadList } from './find-target.ts';

/** Chooses the environment that is offered first and shown in the status bar. */
export function createChooseEnvironmentCommand(
  list: EnvironmentList,
  situation: () => Situation,
): (argument?: unknown) => Promise<EnvironmentArgument | Failed | undefined> {
  return tellFailures(situation, async (argument) => {
    const named = readEnvironmentArgument('pearsana.chooseEnvironment', argument)?.environment;
    const listed = await loadList(list);
    const title = 'Choose Default Environment';
    const placeHolder = 'It is offered first. Every command still says where it goes';
    const environment =
      named === undefined
        ? (await vscode.window.showQuickPick(environmentPicks(listed), { title, placeHolder }))?.environment
        : findNamed(listed.environments, named);
    if (!environment) return undefined;
    list.setDefault(environment.id);
    return { environment: environment.id };
  });
}

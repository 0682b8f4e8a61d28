import * as vscode from 'vscode';
import { checkEverything, type DoctorCalls, type Finding, findingCounts } from '../../../shared/doctor.ts';
import type { Backend } from '../backend.ts';
import { activityViewId, type Commands, colors } from '../contributions.ts';
import { type Remedy, remedies, showScopes } from '../failures/remedies.ts';
import { remedyButton, showMessage } from '../failures/show-message.ts';
import type { Situation } from '../failures/situation.ts';
import { tellFailures } from '../failures/tell-failures.ts';
import { plain } from '../plain-text.ts';
import { themeIcon } from '../views/row-item.ts';

export type CheckDependencies = { backend: Backend; situation: () => Situation };

type Line = vscode.QuickPickItem & { finding: Finding };

/** The icon, and a word that says the same. */
const looks = {
  failed: { icon: 'error', color: colors.failed, word: 'Failed: ' },
  warning: { icon: 'warning', color: colors.unknown, word: 'Warning: ' },
  ok: { icon: 'pass', color: colors.succeeded, word: '' },
};
const order: Finding['state'][] = ['failed', 'warning', 'ok'];

/** Checks everything between VS Code and Pearsana, and lists what it finds: problems first, each with what to do about it. */
export function createCheckEverythingCommand({
  backend,
  situation,
}: CheckDependencies): () => Promise<Commands['pearsana.checkEverything']['result']> {
  return tellFailures(situation, async () => {
    const origin = backend.origin();
    const closed = new AbortController();
    const pick = vscode.window.createQuickPick<Line>();
    const found: Finding[] = [];
    const show = (state: string) => {
      pick.title = plain(`Check Everything · ${origin} · ${state}`, 120);
      pick.items = order.flatMap((each) => found.filter((one) => one.state === each).map(lineOf));
    };
    show('checking…');
    pick.placeholder = 'Choose a problem to see the details and what to do';
    pick.matchOnDescription = true;
    pick.ignoreFocusOut = true;
    pick.busy = true;
    pick.onDidAccept(() => {
      const [line] = pick.activeItems;
      if (!line || line.finding.state === 'ok') return;
      pick.hide();
      showFinding(line.finding);
    });
    pick.onDidHide(() => {
      closed.abort();
      pick.dispose();
    });
    pick.show();
    const onFinding = (finding: Finding) => {
      found.push(finding);
      show('checking…');
    };
    const { signal } = closed;
    const findings = await checkEverything(callsAt(origin, backend), { onFinding, signal });
    if (signal.aborted) return undefined;
    show(findingCounts(findings));
    if (findings.every(({ state }) => state === 'ok')) pick.placeholder = 'Everything works';
    pick.busy = false;
    return { findings };
  });
}

/** As a person makes them: with the key that belongs to this BFF, and to a BFF alone. */
function callsAt(origin: string, backend: Backend): DoctorCalls {
  return {
    signInMethods: () => backend.signInMethods(origin),
    session: (options) => backend.imports(origin).session(options),
    environments: (options) => backend.environments(options?.signal),
    activity: backend.activity,
    health: (options) => backend.call('health', options),
    ping: (options) => backend.call('ping', options),
    scopes: (options) => backend.call('scopes', options),
  };
}

function lineOf(finding: Finding): Line {
  const { state, check, words, remedy } = finding;
  const { icon, color, word } = looks[state];
  return {
    label: plain(check, 80),
    description: plain(word + words, 200),
    iconPath: themeIcon(icon, color),
    ...(remedy !== undefined && { detail: plain(remedy, 200) }),
    finding,
  };
}

/** A line of the list is cut; a message is not. */
function showFinding(finding: Finding): void {
  const { state, check, words, remedy = '' } = finding;
  const sentence = /[.!?]$/.test(words) ? words : `${words}.`;
  showMessage(
    state === 'failed' ? 'error' : 'warning',
    plain(`${check}: ${sentence} ${remedy}`.trim(), 800),
    [...helpOf(finding), remedies.showLog].map(remedyButton),
  );
}

function helpOf({ help, environment }: Finding): Remedy[] {
  switch (help) {
    case 'startBackend':
      return [remedies.startBackend];
    case 'signIn':
      return [remedies.signIn];
    case 'url':
      return [remedies.changeUrl];
    case 'scopes':
      return showScopes(environment);
    case 'activity':
      return [{ title: 'Show Activity', command: `${activityViewId}.focus` }];
    default:
      return [];
  }
}

import { existsSync, globSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { startedAs } from '../command-line/started-as.ts';
import type { RunningBff } from '../start-parts.ts';

/** The extension's own default for `pearsana.backendUrl`. */
const defaultAddress = 'http://127.0.0.1:8787';

const vsix = 'dist/pearsana-partner.vsix';

/** Where VS Code, its kin and its servers keep the extensions of a person. */
const extensionFolders = '.{vscode,vscode-insiders,vscode-oss,vscode-server}/extensions';

/**
 * What to do after `npm start`, without what is done already. The access key is shown only on a terminal, since other
 * output may be stored.
 *
 * @param home the folder in which VS Code keeps this person's extensions
 * @param inEditor whether the terminal is one of VS Code
 */
export function welcome(
  bff: RunningBff,
  {
    toTerminal,
    home = homedir(),
    inEditor = false,
  }: { toTerminal: boolean; home?: string; inEditor?: boolean },
): string {
  const environments = bff.environments.map(
    ({ id, kind, protected: isProtected }) =>
      `${id}${kind === 'local' ? ' (a stand-in for Pearsana, on this machine)' : ''}${isProtected ? ' (protected)' : ''}`,
  );
  const address = bff.publicUrl ?? bff.url;
  // The extension starts it so, with a key that it made, and signs in by itself.
  const byExtension = inEditor && bff.accessKey !== undefined && bff.accessKeyFile === undefined;
  const steps = byExtension
    ? [['In the Pearsana view, choose Ping in the menu of an environment.']]
    : nextSteps(address, home);
  return `${[
    '',
    `Pearsana BFF ready at ${bff.url}`,
    ...(bff.publicUrl === undefined ? [] : [`  callers use   ${bff.publicUrl}`]),
    `  environments  ${environments.join(', ')}`,
    `  access key    ${accessKeyWords(bff, toTerminal)}`,
    `  the API       ${new URL('/docs', address)}`,
    '',
    'Next:',
    ...steps.flatMap(([first, ...others], index) => [
      `  ${index + 1}. ${first}`,
      ...others.map((line) => `     ${line}`),
    ]),
    ...(bff.environments.every(({ kind }) => kind === 'local')
      ? ['', 'To call Pearsana’s sandbox: put your credentials into .env (see .env.example) and start again.']
      : []),
    '',
    'Press Ctrl-C to stop.',
    '',
  ].join('\n')}\n`;
}

/** Each is one or more lines. */
function nextSteps(address: string, home: string): string[][] {
  const installed = globSync(join(home, extensionFolders, 'pearsana-tools.pearsana-partner-*')).length > 0;
  const settings =
    address === defaultAddress ? [] : [`In VS Code’s settings, set pearsana.backendUrl to ${address}`];
  return [
    ...(installed
      ? settings.map((line) => [line])
      : [
          [
            `Install the extension:   ${existsSync(vsix) ? '' : 'npm run package, then '}code --install-extension ${vsix}`,
            'Or, in VS Code, run Extensions: Install from VSIX… and choose that file.',
            'Or, to try it without installing, open this folder in VS Code and press F5.',
            ...settings,
          ],
        ]),
    ['Open the Pearsana view in VS Code’s activity bar, choose Sign In and paste the access key.'],
    ['Choose Ping in the menu of an environment.'],
  ];
}

function accessKeyWords({ accessKey, accessKeyFile }: RunningBff, toTerminal: boolean): string {
  if (accessKey === undefined) return `the keys that you added (${startedAs('access')} list)`;
  if (accessKeyFile === undefined) return 'the one in BFF_ACCESS_KEY';
  const path = relative(process.cwd(), accessKeyFile);
  const file = path.startsWith('..') ? accessKeyFile : path;
  return toTerminal ? `${accessKey.reveal()}   (kept in ${file})` : `in ${file}`;
}

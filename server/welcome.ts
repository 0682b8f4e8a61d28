import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import type { RunningBff } from './start.ts';

/** The extension's own default for `pearsana.backendUrl`. */
const defaultAddress = 'http://127.0.0.1:8787';

const vsix = 'dist/pearsana-partner.vsix';

/** What to do after `npm start`. The access key is shown only on a terminal, since other output may be stored. */
export function welcome(bff: RunningBff, { toTerminal }: { toTerminal: boolean }): string {
  const environments = bff.environments.map(
    ({ id, kind, protected: isProtected }) =>
      `${id}${kind === 'local' ? ' (a stand-in for Pearsana, on this machine)' : ''}${isProtected ? ' (protected)' : ''}`,
  );
  const address = bff.publicUrl ?? bff.url;
  return `${[
    '',
    `Pearsana BFF ready at ${bff.url}`,
    ...(bff.publicUrl === undefined ? [] : [`  callers use   ${bff.publicUrl}`]),
    `  environments  ${environments.join(', ')}`,
    `  access key    ${accessKeyWords(bff, toTerminal)}`,
    `  the API       ${new URL('/docs', address)}`,
    '',
    'Next:',
    ...(existsSync(vsix)
      ? [`  1. Install the extension:   code --install-extension ${vsix}`]
      : [`  1. Install the extension:   npm run package, then code --install-extension ${vsix}`]),
    '     Or, in VS Code, run Extensions: Install from VSIX… and choose that file.',
    '     Or, to try it without installing, open this folder in VS Code and press F5.',
    ...(address === defaultAddress
      ? []
      : [`     In VS Code’s settings, set pearsana.backendUrl to ${address}`]),
    '  2. Open the Pearsana view in VS Code’s activity bar, choose Sign In and paste the access key.',
    '  3. Choose Ping beside an environment.',
    ...(bff.environments.some(({ kind }) => kind === 'local')
      ? ['', 'To call Pearsana’s sandbox: put your credentials into .env (see .env.example) and start again.']
      : []),
    '',
    'Press Ctrl-C to stop.',
    '',
  ].join('\n')}\n`;
}

function accessKeyWords({ accessKey, accessKeyFile }: RunningBff, toTerminal: boolean): string {
  if (accessKey === undefined) return 'the keys that you added (npm run access -- list)';
  if (accessKeyFile === undefined) return 'the one in BFF_ACCESS_KEY';
  const path = relative(process.cwd(), accessKeyFile);
  const file = path.startsWith('..') ? accessKeyFile : path;
  return toTerminal ? `${accessKey.reveal()}   (kept in ${file})` : `in ${file}`;
}

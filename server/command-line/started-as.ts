import { relative, sep } from 'node:path';

const titleOption = '--title=';

/**
 * A command of this program, as somebody can type it here: `npm run access --` in the repository, and elsewhere
 * `node <file> access`, with the file that was started. A script that starts this program names itself by Node's own option `--title`.
 */
export function startedAs(command = '', file = process.argv[1] ?? 'server.js', here = process.cwd()): string {
  const words = (start: string, ...others: string[]) => [start, ...others].filter(Boolean).join(' ');
  const script = process.execArgv.find((option) => option.startsWith(titleOption));
  if (script) return words(script.slice(titleOption.length), command);
  if (file.endsWith(`${sep}server${sep}main.ts`)) {
    if (command === '') return 'npm start';
    return command.startsWith('-') ? words('npm start --', command) : words('npm run', command, '--');
  }
  const near = relative(here, file);
  // From the root folder, every path is near, and nobody would recognise it.
  const path = near.startsWith('..') || here === '/' ? file : near;
  return words('node', /^[\w./\\:-]+$/.test(path) ? path : `"${path}"`, command);
}

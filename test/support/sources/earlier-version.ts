import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { temporaryFolder } from '../temporary-folder.ts';

const root = join(import.meta.dirname, '../../..');

/** The sources of an earlier commit, in a folder of their own. They run with today's libraries. */
export type EarlierVersion = Disposable & {
  /** The path of a file. */
  at: (file: string) => string;
  /** Loads a module. The caller says what it exports. */
  load: <Exports>(file: string) => Promise<Exports>;
};

/** Whether this copy of the repository has the commit: a download without its history has not. */
export function hasCommit(commit: string): boolean {
  try {
    execFileSync('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: root, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export function earlierVersion(commit: string): EarlierVersion {
  const folder = temporaryFolder();
  const archive = join(folder.path, 'sources.tar');
  execFileSync('git', ['archive', '--format=tar', `--output=${archive}`, commit], { cwd: root });
  execFileSync('tar', ['-xf', 'sources.tar'], { cwd: folder.path });
  symlinkSync(join(root, 'node_modules'), join(folder.path, 'node_modules'), 'junction');
  const at = (file: string) => join(folder.path, file);
  return {
    at,
    load: (file) => import(pathToFileURL(at(file)).href),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

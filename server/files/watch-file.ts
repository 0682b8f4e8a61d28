import { stat } from 'node:fs/promises';
import { errorCodeOf } from '../error-code.ts';

/** We look at the path instead of watching the inode: a mounted file is replaced by pointing a link at another folder. */
const lookEveryMs = 1_000;

/**
 * Calls `onChange` when a file has changed, appeared or disappeared. It also calls it once at the beginning, since a change
 * between the caller's own reading and the first check would be missed otherwise. The watch does not keep the program alive.
 * @returns a function that ends the watch.
 */
export function whenFileChanges(path: string, onChange: () => void): () => void {
  let seen: string | undefined;
  let next: NodeJS.Timeout | undefined;
  let stopped = false;

  async function look(): Promise<void> {
    const found = await stateOf(path);
    if (stopped) return;
    next = setTimeout(look, lookEveryMs).unref();
    if (found === seen) return;
    seen = found;
    onChange();
  }

  void look();
  return () => {
    stopped = true;
    clearTimeout(next);
  };
}

async function stateOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
  } catch (error) {
    return errorCodeOf(error);
  }
}

import { stat } from 'node:fs/promises';
import { errorCodeOf } from './error-code.ts';

/** Looked at by name and not by inode: a mounted file is replaced by turning a link to another folder. */
const lookEveryMs = 1_000;

/**
 * Tells when a file has changed, appeared or gone, until the function that it returns is called, and once at the
 * beginning: between the caller's own reading and the first look, a change would show in neither. Keeps no program alive.
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

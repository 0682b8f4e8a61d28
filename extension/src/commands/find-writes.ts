import { CommandError } from '../failures/command-failure.ts';
import { plain } from '../plain-text.ts';
import type { Write } from '../views/activity-pages.ts';
import type { ActivityTree } from '../views/activity-tree.ts';
import { readWriteReference } from './command-arguments.ts';

/** Finds the writes that a command is called for. @throws CommandError if there is none. */
export type FindWrites = (argument: unknown, more?: unknown) => Promise<Write[]>;

export function createFindWrites({
  unresolved,
  writeOf,
  pages,
}: Pick<ActivityTree, 'unresolved' | 'writeOf' | 'pages'>): FindWrites {
  async function findWrite(argument: unknown): Promise<Write> {
    const shown = writeOf(Object(argument));
    if (shown) return shown;
    const { environment, requestId } = readWriteReference(argument);
    const found = await pages.find(environment, requestId);
    if (found) return found;
    throw new CommandError(
      'NO_SUCH_WRITE',
      `This request is not in your activity in ${plain(environment, 60)}.`,
    );
  }

  return async (argument, more) => {
    if ('group' in Object(argument)) return unresolved();
    // From the view's menu, VS Code passes the line that was clicked, and then all that are selected.
    const selected = Array.isArray(more) ? more.flatMap((each) => writeOf(Object(each)) ?? []) : [];
    return selected.length > 0 ? selected : [await findWrite(argument)];
  };
}

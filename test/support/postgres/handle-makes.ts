import type { OpenHandles } from '../../../server/sessions/handle-store.ts';
import { createMemoryHandles } from '../../../server/store/local/memory-handles.ts';
import { createSealedHandles } from '../../../server/store/postgres/sealed-handles.ts';
import { newDatabase, noPostgres } from './new-database.ts';

/** Each way to keep sessions and codes, by a clock of the test's own, in seconds. */
export const handleMakes: Record<
  string,
  { skip: string | false; open(kept: AsyncDisposableStack, clock: () => number): Promise<OpenHandles> }
> = {
  memory: { skip: false, open: async (_kept, clock) => createMemoryHandles(clock) },
  PostgreSQL: {
    skip: noPostgres,
    async open(kept, clock) {
      const { database } = kept.use(await newDatabase());
      const handles = createSealedHandles(database, () => Math.floor(clock() * 1_000));
      kept.defer(handles.stop);
      return handles.open;
    },
  },
};

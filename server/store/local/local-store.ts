import type { AccessKeyLog } from '../../callers/access-keys.ts';
import { clock } from '../../clock.ts';
import type { JournalLog } from '../../journal/journal.ts';
import type { Store } from '../store.ts';
import { createKeyFile } from './key-file.ts';
import { createMemoryHandles } from './memory-handles.ts';
import { createThreadStore } from './thread-store.ts';

/** The data directory: access keys in a file, the journal in SQLite. Sessions last as long as the process. */
export function createLocalStore(dataDirectory: string, log: AccessKeyLog & JournalLog): Store {
  return {
    openJournal: () =>
      createThreadStore(dataDirectory, (step, code) =>
        log.journalFailed({ step, code, requestId: undefined }),
      ),
    journalWhere: 'the data directory (BFF_DATA_DIR)',
    keys: createKeyFile(dataDirectory, log),
    openHandles: createMemoryHandles(clock),
    close: async () => {},
  };
}

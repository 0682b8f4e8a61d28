import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent } from 'undici';
import { type PostgresServer, startPostgres } from '../../../scripts/cluster/postgres-server.ts';
import { freePort } from '../../../scripts/free-port.ts';
import { Secret } from '../../../server/secret.ts';
import { createDatabase, type Database } from '../../../server/store/postgres/database.ts';
import { migrate } from '../../../server/store/postgres/migrate.ts';
import { type BffProcess, startBffProcess } from '../bff/bff-process.ts';
import { runServerCommand } from '../bff/server-command.ts';
import { createCall, type TestBff } from '../bff/test-bff.ts';
import { type Partners, partnerVariables } from '../partner/partner-variables.ts';
import { temporaryFolder } from '../temporary-folder.ts';

export const accessKey = 'pbff_an-access-key-for-tests-only';

/** A BFF of a cluster. It keeps its address whatever happens to it. */
export type Instance = {
  url: string;
  bff: BffProcess;
  call: TestBff['call'];
  /** Starts it again, after it was killed or ended. */
  start(): Promise<void>;
};

/** BFFs as real processes, on one PostgreSQL. */
export type Cluster = AsyncDisposable & {
  postgres: PostgresServer;
  /** A connection of the test itself, under the BFFs. */
  database: Database;
  variables: Record<string, string>;
  instances: Instance[];
  /** Runs one of the server's commands, such as `access`, on their database. */
  command(...args: string[]): ReturnType<typeof runServerCommand>;
};

/**
 * @param options.durable whether PostgreSQL waits for the disk
 * @param options.databaseUrl how an instance reaches the database; directly unless given
 */
export async function startCluster(options: {
  size?: number;
  partners: Partners;
  variables?: Record<string, string>;
  durable?: boolean;
  databaseUrl?: (index: number, postgres: PostgresServer) => Promise<string | undefined>;
}): Promise<Cluster> {
  const { size = 3, partners, variables = {}, durable = false, databaseUrl } = options;
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(temporaryFolder());
  const postgres = stack.use(await startPostgres({ durable }));
  await postgres.create('pearsana_bff');
  const direct = postgres.url('pearsana_bff');
  const database = stack.adopt(createDatabase(new Secret(direct)), (each) => each.close());
  await migrate(database);
  const keyFile = join(folder.path, 'journal-key');
  await writeFile(keyFile, randomBytes(32), { mode: 0o600 });
  const shared = {
    BFF_DATABASE_URL: direct,
    BFF_JOURNAL_KEY_FILE: keyFile,
    BFF_ACCESS_KEY: accessKey,
    RATE_LIMIT_PER_MINUTE: '1000000',
    RATE_LIMIT_IMPORT_PER_MINUTE: '60000',
    LOG_LEVEL: 'warn',
    ...partnerVariables(partners),
    ...variables,
  };

  async function startInstance(index: number): Promise<Instance> {
    const port = await freePort();
    const url = (await databaseUrl?.(index, postgres)) ?? direct;
    const own = { ...shared, PORT: String(port), BFF_DATABASE_URL: url };
    const dispatcher = stack.adopt(new Agent({ connections: 64 }), (each) => each.destroy());
    const instance: Instance = {
      url: `http://127.0.0.1:${port}`,
      bff: await startBffProcess(own),
      call: createCall(`http://127.0.0.1:${port}`, accessKey, dispatcher),
      async start() {
        await instance.bff[Symbol.asyncDispose]();
        instance.bff = await startBffProcess(own);
      },
    };
    stack.defer(() => instance.bff[Symbol.asyncDispose]());
    return instance;
  }
  const instances = await Promise.all(Array.from({ length: size }, (_, index) => startInstance(index)));
  const kept = stack.move();
  return {
    ...{ postgres, database, variables: shared, instances },
    command: (...args) => runServerCommand(folder.path, args, shared),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

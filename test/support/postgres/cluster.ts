import { Secret } from '../../../server/secret.ts';
import { createDatabase } from '../../../server/store/postgres/database.ts';
import { migrate } from '../../../server/store/postgres/migrate.ts';
import { type BffProcess, startBffProcess } from '../bff/bff-process.ts';
import { type Balancer, startBalancer } from './balancer.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';
import { type Shared, shareDatabase } from './shared-bffs.ts';

/** BFFs, each a process of its own, which share a PostgreSQL behind a load balancer. */
export type Cluster = AsyncDisposable & {
  postgres: PostgresServer;
  balancer: Balancer;
  shared: Shared;
  instances: BffProcess[];
  /** Starts one more; it gets calls as soon as it is ready. */
  start(): Promise<BffProcess>;
  /** Ends one as a service manager does, after the balancer gives it no more calls. */
  retire(instance: BffProcess): Promise<void>;
};

/** @param options.url where the instances find the database, if that is not the server itself */
export async function startCluster(options: {
  instances: number;
  variables: Record<string, string>;
  port?: number;
  durable?: boolean;
  url?: (postgres: PostgresServer) => string;
}): Promise<Cluster> {
  await using stack = new AsyncDisposableStack();
  const postgres = stack.use(await startPostgres({ durable: options.durable ?? true }));
  await postgres.create('bff');
  const own = new Secret(postgres.url('bff'));
  const database = createDatabase(own);
  await migrate(database);
  await database.close();
  const shared = stack.use(shareDatabase(options.url ? new Secret(options.url(postgres)) : own));
  const balancer = stack.use(await startBalancer(options.port));
  const instances: BffProcess[] = [];
  stack.defer(async () => {
    for (const each of instances) await each[Symbol.asyncDispose]();
  });

  async function start(): Promise<BffProcess> {
    const instance = await startBffProcess({ ...shared.variables, LOG_LEVEL: 'warn', ...options.variables });
    instances.push(instance);
    balancer.add(instance.url);
    return instance;
  }
  for (let count = 0; count < options.instances; count += 1) await start();
  const kept = stack.move();

  return {
    ...{ postgres, balancer, shared, instances, start },
    async retire(instance) {
      balancer.remove(instance.url);
      instances.splice(instances.indexOf(instance), 1);
      await instance.end();
      await instance[Symbol.asyncDispose]();
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

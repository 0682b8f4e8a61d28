import type { RequestHandler } from 'express';
import { operationsIn } from '../../../shared/endpoint-row.ts';
import { isGranted } from '../../callers/grants.ts';
import type { Journal } from '../../journal/journal.ts';
import type { TokenRoom } from '../../tokens/token-room.ts';
import { createRoutes } from '../route.ts';
import { createActivityAnswers } from './activity-answers.ts';
import { createImportAnswers } from './import-answers.ts';
import { grantedTo } from './named-environment.ts';
import { createOperationRoutes, type OperationDependencies } from './operation-routes.ts';
import { createOwnRoutes } from './own-routes.ts';

export type ApiDependencies = OperationDependencies & {
  journal: Omit<Journal, 'claim' | 'end' | 'settle' | 'close'>;
  tokens: Pick<TokenRoom, 'statuses'>;
  /** The newest version of an environment's API, if it is newer than the one that the BFF uses. */
  newerApiVersion: (environment: string) => string | undefined;
};

/** Everything under `/api`: the BFF's answers about itself, and one route for each operation of the table. */
export function createApi(dependencies: ApiDependencies): RequestHandler {
  const { endpoints, environments, journal, tokens, newerApiVersion, fileLimits } = dependencies;
  const operationNames = Object.keys(operationsIn(endpoints));

  const ownRoutes = createOwnRoutes(
    {
      session: ({ caller: { id, kind, grants } }) => ({
        caller: { id, kind },
        grants: [...grants],
        time: new Date().toISOString(),
      }),
      environments: ({ caller }) => ({
        environments: grantedTo(caller, environments).map(
          ({ id, name, kind, protected: isProtected, apiUrl }) => ({
            id,
            name,
            kind,
            protected: isProtected,
            apiUrl,
            grants: operationNames.filter((operation) => isGranted(caller, id, operation)),
            tokens: tokens.statuses(id),
            newerApiVersion: newerApiVersion(id),
          }),
        ),
        fileLimits,
      }),
      ...createActivityAnswers(journal),
      ...createImportAnswers(dependencies),
    },
    environments,
  );
  return createRoutes({ ...ownRoutes, ...createOperationRoutes(dependencies) });
}

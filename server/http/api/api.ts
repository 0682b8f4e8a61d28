import { Router } from 'express';
import type { EnvironmentsAnswer, SessionAnswer } from '../../../shared/environments.ts';
import { operationNames } from '../../../shared/operations.ts';
import { isGranted } from '../../callers/grants.ts';
import type { TokenRoom } from '../../tokens/token-room.ts';
import { callerOf, route } from '../route.ts';
import { sendJson } from '../send-json.ts';
import { type ActivityDependencies, addActivityRoutes } from './activity-routes.ts';
import { grantedTo } from './named-environment.ts';
import { addOperationRoutes, type OperationDependencies } from './operation-routes.ts';

export type ApiDependencies = OperationDependencies &
  ActivityDependencies & {
    tokens: Pick<TokenRoom, 'statuses'>;
    /** The newest version of an environment's API, where it is newer than the one that we speak. */
    newerApiVersion: (environment: string) => string | undefined;
  };

/** Everything under `/api`: the BFF's answers about itself, and one route for each row of the table. */
export function createApi(dependencies: ApiDependencies): Router {
  const { environments, tokens, newerApiVersion, fileLimits } = dependencies;
  const router = Router({ caseSensitive: true, strict: true });

  route(router, 'GET', '/api/session', (_request, response) => {
    const { requestId } = response.locals.context;
    const { id, kind, grants } = callerOf(response);
    const answer: SessionAnswer = { requestId, caller: { id, kind }, grants: [...grants] };
    sendJson(response, 200, answer);
  });

  route(router, 'GET', '/api/environments', (_request, response) => {
    const { requestId } = response.locals.context;
    const caller = callerOf(response);
    const answer: EnvironmentsAnswer = {
      requestId,
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
    };
    sendJson(response, 200, answer);
  });

  addActivityRoutes(router, dependencies);
  addOperationRoutes(router, dependencies);
  return router;
}

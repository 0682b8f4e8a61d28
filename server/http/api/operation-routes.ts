import type { Request, Response, Router } from 'express';
import type { FileLimits } from '../../../shared/environments.ts';
import {
  type OperationName,
  type OperationRow,
  operationNames,
  operationPath,
  operations,
  type ResultOf,
} from '../../../shared/operations.ts';
import { BffError } from '../../bff-error.ts';
import { environmentName } from '../../callers/grants.ts';
import type { EnvironmentConfig } from '../../config/environment-config.ts';
import { idempotencyKeyOf } from '../../journal/idempotency-key.ts';
import type { SendOnce } from '../../journal/send-once.ts';
import type { CallPartner } from '../../partner/call-partner.ts';
import type { TokenRoom } from '../../tokens/token-room.ts';
import type { HoldBytes } from '../bytes-in-flight.ts';
import { callerOf, route } from '../route.ts';
import { sendJson } from '../send-json.ts';
import { environmentNotFound, grantedTo, requireGrant } from './named-environment.ts';
import { prepareRequestOf } from './prepare-request.ts';

export type OperationDependencies = {
  environments: readonly EnvironmentConfig[];
  tokens: Pick<TokenRoom, 'findScopes'>;
  /** Carries out what changes nothing. */
  callPartner: CallPartner;
  /** Carries out what writes. */
  sendOnce: SendOnce;
  fileLimits: FileLimits;
  holdBytes: HoldBytes;
};

/** The rows that the BFF answers without the partner's API: one function each. */
type OwnAnswers = {
  [Name in OperationName as (typeof operations)[Name]['partner'] extends null ? Name : never]: (
    environment: string,
  ) => Promise<ResultOf<Name>>;
};

/** One route for each row of the table. */
export function addOperationRoutes(router: Router, dependencies: OperationDependencies): void {
  const { environments, tokens, callPartner, sendOnce, fileLimits, holdBytes } = dependencies;
  const ownAnswers: OwnAnswers = { scopes: tokens.findScopes };
  const environmentsById = new Map(environments.map((each) => [each.id, each]));

  /** The environment that the path names, where the caller may do this there. */
  function environmentOf(request: Request, response: Response, operation: OperationName): EnvironmentConfig {
    const { context } = response.locals;
    const caller = callerOf(response);
    const named = String(request.params.environment);
    // First of all, and for every name that one could have: a denial does not tell whether there is one.
    if (environmentName.test(named)) requireGrant(context, caller, named, operation);
    const environment = environmentsById.get(named);
    if (!environment) throw environmentNotFound(grantedTo(caller, environments));
    context.environment = environment.id;
    return environment;
  }

  for (const name of operationNames) {
    const row: OperationRow = operations[name];
    const prepareRequest = prepareRequestOf(row, fileLimits);
    const ownAnswer = Object.hasOwn(ownAnswers, name) ? ownAnswers[name as keyof OwnAnswers] : undefined;
    route(router, row.method, operationPath(name, ':environment'), async (request, response) => {
      const { context } = response.locals;
      const { requestId, signal } = context;
      const environment = environmentOf(request, response, name);
      if (row.writes && environment.protected) requireConfirmation(request, environment.id);
      if (ownAnswer) {
        const result = await ownAnswer(environment.id);
        sendJson(response, 200, { environment: environment.id, requestId, result, partner: null });
        return;
      }
      const idempotencyKey = row.writes ? idempotencyKeyOf(request.headers['idempotency-key']) : undefined;
      using held = holdBytes();
      const { remembered, ...prepared } = await prepareRequest(request, held);
      const call = { environment, row, ...prepared, requestId, signal };
      const caller = callerOf(response).id;
      const { reply, replayed } = remembered
        ? await sendOnce(call, { ...remembered, caller, operation: name, idempotencyKey })
        : { reply: await callPartner(call), replayed: false };
      if (replayed) {
        context.replayed = true;
        response.setHeader('Idempotent-Replayed', 'true');
      } else context.partnerMs = reply.facts.durationMs;
      // These two hold no body (RFC 9110, 15.3.5 and 15.3.6), and ours says which environment it was.
      const status = [204, 205].includes(reply.status) ? 200 : reply.status;
      const { result, facts: partner } = reply;
      sendJson(response, status, { environment: environment.id, requestId, result, partner });
    });
  }
}

/** What is protected is confirmed by name, with each request: a wrong button must not reach real students. */
function requireConfirmation(request: Request, environment: string): void {
  if (request.headers['x-confirm-environment'] === environment) return;
  throw BffError.of(
    'CONFIRMATION_REQUIRED',
    `${environment} is protected. Confirm the write with the header X-Confirm-Environment: ${environment}.`,
  );
}

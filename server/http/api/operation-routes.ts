import {
  type EndpointTable,
  isWrite,
  type OperationRow,
  operationsIn,
} from '../../../shared/endpoint-row.ts';
import type { Endpoints } from '../../../shared/endpoints.ts';
import type { FileLimits } from '../../../shared/environments.ts';
import { keptWord } from '../../../shared/fields.ts';
import type { OperationName, PartnerFacts, ResultOf } from '../../../shared/operations.ts';
import { BffError } from '../../bff-error.ts';
import type { Caller } from '../../callers/caller.ts';
import { environmentName } from '../../callers/grants.ts';
import type { EnvironmentFacts } from '../../config/environment-config.ts';
import { idempotencyKeyOf } from '../../journal/idempotency-key.ts';
import type { SendOnce } from '../../journal/send-once.ts';
import type { CallPartner } from '../../partner/call-partner.ts';
import type { TokenRoom } from '../../tokens/token-room.ts';
import type { HoldBytes } from '../bytes-in-flight.ts';
import type { SpendWrite } from '../middleware/rate-limits.ts';
import type { RequestContext } from '../middleware/request-context.ts';
import { callerOf, type HandleRow, queryOf } from '../route.ts';
import { sendJson } from '../send-json.ts';
import { type ImportsPerMinute, importIdForm, importIdOf, rowWithoutKey } from './import-answers.ts';
import { environmentNotFound, grantedTo, requireGrant } from './named-environment.ts';
import { prepareRequestOf } from './prepare-request.ts';
import { requireConfirmation } from './require-confirmation.ts';

export type OperationDependencies = {
  endpoints: EndpointTable;
  environments: readonly EnvironmentFacts[];
  tokens: Pick<TokenRoom, 'findScopes'>;
  /** Carries out reads. */
  callPartner: CallPartner;
  /** Carries out writes. */
  sendOnce: SendOnce;
  fileLimits: FileLimits;
  holdBytes: HoldBytes;
  spendWrite: SpendWrite;
  /** How fast the imports of a caller may go in an environment. */
  importsPerMinute: ImportsPerMinute;
};

/** The operations that the BFF answers itself, without Pearsana's API: one function each. */
type OwnResults = {
  [Name in OperationName as Endpoints[Name] extends { partner: object } ? never : Name]: (
    environment: string,
  ) => Promise<ResultOf<Name>>;
};

/** W3C Trace Context, version 00. Anything else could be anything, and is not passed on. */
const traceparentForm = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

const traceparentOf = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' && traceparentForm.test(header) ? header : undefined;

/** One route for each operation of the table. */
export function createOperationRoutes(dependencies: OperationDependencies): Record<string, HandleRow> {
  const { endpoints, environments, tokens, callPartner, sendOnce, fileLimits, holdBytes } = dependencies;
  const { spendWrite, importsPerMinute } = dependencies;
  const ownResults: OwnResults = { scopes: tokens.findScopes };
  const environmentsById = new Map(environments.map((each) => [each.id, each]));

  /** The environment of that name, if the caller may use the operation there. */
  function environmentOf(
    named: string,
    { context, caller, operation }: { context: RequestContext; caller: Caller; operation: string },
  ): EnvironmentFacts {
    // Checked first, and for every valid name, so that a denial does not tell whether the environment exists.
    if (environmentName.test(named)) requireGrant(context, caller, named, operation);
    const environment = environmentsById.get(named);
    if (!environment) throw environmentNotFound(grantedTo(caller, environments));
    context.environment = environment.id;
    return environment;
  }

  /** An upload takes minutes: what was allowed when it began need not be so any more. */
  function requireStillAllowed(
    context: RequestContext,
    environment: EnvironmentFacts,
    operation: string,
  ): void {
    const caller = context.identifyAgain?.();
    if (!caller) {
      throw BffError.of(
        'UNAUTHORIZED',
        'Your access ended while the request was arriving. Nothing was sent to Pearsana.',
      );
    }
    requireGrant(context, caller, environment.id, operation);
  }

  function createOperationRoute(operation: string, row: OperationRow): HandleRow {
    const writes = isWrite(row);
    const prepareRequest = prepareRequestOf(row, fileLimits);
    const ownResult = Object.hasOwn(ownResults, operation)
      ? ownResults[operation as keyof OwnResults]
      : undefined;

    return async function handleOperation(request, response, parameters) {
      const { context } = response.locals;
      const { requestId, waiter } = context;
      const caller = callerOf(response);
      const environment = environmentOf(parameters.environment ?? '', { context, caller, operation });
      // A row of an import was confirmed with all the others: the journal knows how many there are.
      const importId = writes ? importIdOf(request) : undefined;
      if (importId !== undefined && importIdForm.test(importId)) context.importId = importId;
      if (writes && importId === undefined) requireConfirmation(request, environment);
      if (ownResult) {
        const result = await ownResult(environment.id);
        sendJson(response, 200, { environment: environment.id, requestId, result, partner: null });
        return;
      }
      const idempotencyKey = writes ? idempotencyKeyOf(request.headers['idempotency-key']) : undefined;
      if (importId !== undefined && idempotencyKey === undefined) throw rowWithoutKey();
      using held = holdBytes(caller.id);
      const { remembered, ...prepared } = await prepareRequest(
        request,
        { parameters, query: queryOf(response) },
        held,
      );
      if (row.request) requireStillAllowed(context, environment, operation);
      const onAnswer = (facts: PartnerFacts) => {
        const id = keptWord.safeParse(facts.requestId).data;
        if (id) context.partnerRequestId = id;
        context.partnerStatus = facts.status;
        context.partnerMs = facts.durationMs;
      };
      const traceparent = traceparentOf(request.headers.traceparent);
      const call = { environment, row, ...prepared, requestId, traceparent, waiter, onAnswer };
      const { reply, replayed } = remembered
        ? await sendOnce(call, {
            ...{ ...remembered, caller: caller.id, operation, idempotencyKey },
            onRow: (id) => {
              context.journalId = id;
            },
            ...(importId === undefined
              ? { spend: () => spendWrite(request, response, environment) }
              : { import: { id: importId, perMinute: importsPerMinute(environment) } }),
          })
        : { reply: await callPartner(call), replayed: false };
      if (replayed) {
        context.replayed = true;
        response.setHeader('Idempotent-Replayed', 'true');
      }
      // These two statuses have no body (RFC 9110, 15.3.5 and 15.3.6), but our answer names the environment.
      const status = [204, 205].includes(reply.status) ? 200 : reply.status;
      const { result, facts: partner } = reply;
      sendJson(response, status, { environment: environment.id, requestId, result, partner });
    };
  }

  const rows = Object.entries<OperationRow>(operationsIn(endpoints));
  return Object.fromEntries(rows.map(([name, row]) => [name, createOperationRoute(name, row)]));
}

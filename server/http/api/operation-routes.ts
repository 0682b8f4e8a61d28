import type { Request, Response } from 'express';
import {
  type EndpointTable,
  isWrite,
  type OperationRow,
  operationsIn,
} from '../../../shared/endpoint-row.ts';
import type { Endpoints } from '../../../shared/endpoints.ts';
import type { FileLimits } from '../../../shared/environments.ts';
import { keptWordForm } from '../../../shared/fields.ts';
import type { OperationName, PartnerFacts, ResultOf } from '../../../shared/operations.ts';
import { BffError } from '../../bff-error.ts';
import { environmentName } from '../../callers/grants.ts';
import type { EnvironmentFacts } from '../../config/environment-config.ts';
import { idempotencyKeyOf } from '../../journal/idempotency-key.ts';
import type { SendOnce } from '../../journal/send-once.ts';
import type { CallPartner, PartnerReply } from '../../partner/call-partner.ts';
import type { TokenRoom } from '../../tokens/token-room.ts';
import type { HoldBytes } from '../bytes-in-flight.ts';
import type { SpendWrite } from '../middleware/rate-limits.ts';
import type { RequestContext } from '../middleware/request-context.ts';
import { callerOf, type HandleRow, queryOf } from '../route.ts';
import { sendJson } from '../send-json.ts';
import { type ImportsPerMinute, importIdForm, importIdOf, rowWithoutKey } from './import-answers.ts';
import { environmentNotFound, grantedTo, requireGrant } from './named-environment.ts';
import { prepareReadOf, prepareWriteOf } from './prepare-request.ts';
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
    { environment: named = '' }: Parameters<HandleRow>[2],
    response: Response,
    operation: string,
  ): EnvironmentFacts {
    const { context } = response.locals;
    const caller = callerOf(response);
    // Checked first, and for every valid name, so that a denial does not tell whether the environment exists.
    if (environmentName.test(named)) requireGrant(context, caller, named, operation);
    const environment = environmentsById.get(named);
    if (!environment) throw environmentNotFound(grantedTo(caller, environments));
    context.environment = environment.id;
    return environment;
  }

  /** An upload takes minutes: what was allowed when it began need not be so any more. */
  async function requireStillAllowed(
    context: RequestContext,
    environment: EnvironmentFacts,
    operation: string,
  ): Promise<void> {
    const caller = await context.identifyAgain?.();
    if (!caller) {
      throw BffError.of(
        'UNAUTHORIZED',
        'Your access ended while the request was arriving. Nothing was sent to Pearsana.',
      );
    }
    requireGrant(context, caller, environment.id, operation);
  }

  /** What every call to Pearsana has, with what the log shows of its answer. */
  function callOf(request: Request, { locals: { context } }: Response) {
    const { requestId, waiter } = context;
    const onAnswer = ({ requestId: theirId, status, durationMs }: PartnerFacts) => {
      if (theirId !== null && keptWordForm.test(theirId)) context.partnerRequestId = theirId;
      context.partnerStatus = status;
      context.partnerMs = durationMs;
    };
    return { requestId, traceparent: traceparentOf(request.headers.traceparent), waiter, onAnswer };
  }

  /** A read that the BFF answers itself. */
  function createOwnRead(operation: string, ownResult: OwnResults[keyof OwnResults]): HandleRow {
    return async function handleOwnRead(_request, response, parameters) {
      const environment = environmentOf(parameters, response, operation);
      const result = await ownResult(environment.id);
      sendReply(response, environment, { status: 200, result, facts: null });
    };
  }

  function createRead(operation: string, row: OperationRow): HandleRow {
    const prepareRead = prepareReadOf(row);

    return async function handleRead(request, response, parameters) {
      const environment = environmentOf(parameters, response, operation);
      const prepared = prepareRead({ parameters, query: queryOf(response) });
      const reply = await callPartner({ environment, row, ...prepared, ...callOf(request, response) });
      sendReply(response, environment, reply);
    };
  }

  function createWrite(operation: string, row: OperationRow): HandleRow {
    const prepareWrite = prepareWriteOf(row, fileLimits);

    return async function handleWrite(request, response, parameters) {
      const { context } = response.locals;
      const caller = callerOf(response);
      const environment = environmentOf(parameters, response, operation);
      // A row of an import was confirmed with all the others: the journal knows how many there are.
      const importId = importIdOf(request);
      if (importId === undefined) requireConfirmation(request, environment);
      else if (importIdForm.test(importId)) context.importId = importId;
      const idempotencyKey = idempotencyKeyOf(request.headers['idempotency-key']);
      if (importId !== undefined && idempotencyKey === undefined) throw rowWithoutKey();
      using held = holdBytes(caller.id);
      const { remembered, ...prepared } = await prepareWrite(
        request,
        { parameters, query: queryOf(response) },
        held,
      );
      if (row.request) await requireStillAllowed(context, environment, operation);
      const { reply, replayed } = await sendOnce(
        { environment, row, ...prepared, ...callOf(request, response) },
        {
          ...{ ...remembered, caller: caller.id, operation, idempotencyKey },
          onRow: (id) => {
            context.journalId = id;
          },
          ...(importId === undefined
            ? { spend: () => spendWrite(response, environment) }
            : { import: { id: importId, perMinute: importsPerMinute(environment) } }),
        },
      );
      if (replayed) {
        context.replayed = true;
        response.setHeader('Idempotent-Replayed', 'true');
      }
      sendReply(response, environment, reply);
    };
  }

  function createOperationRoute(operation: string, row: OperationRow): HandleRow {
    if (Object.hasOwn(ownResults, operation))
      return createOwnRead(operation, ownResults[operation as keyof OwnResults]);
    return isWrite(row) ? createWrite(operation, row) : createRead(operation, row);
  }

  const rows = Object.entries<OperationRow>(operationsIn(endpoints));
  return Object.fromEntries(rows.map(([name, row]) => [name, createOperationRoute(name, row)]));
}

/** Answers with Pearsana's reply. */
function sendReply(
  response: Response,
  environment: EnvironmentFacts,
  { status, result, facts: partner }: Omit<PartnerReply, 'facts'> & { facts: PartnerFacts | null },
): void {
  const { requestId } = response.locals.context;
  // These two statuses have no body (RFC 9110, 15.3.5 and 15.3.6), but our answer names the environment.
  const ours = status === 204 || status === 205 ? 200 : status;
  sendJson(response, ours, { environment: environment.id, requestId, result, partner });
}

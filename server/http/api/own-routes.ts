import type * as z from 'zod/mini';
import { type OwnRow, type ParameterIn, parametersIn } from '../../../shared/endpoint-row.ts';
import { type Endpoints, endpoints } from '../../../shared/endpoints.ts';
import type { Caller } from '../../callers/caller.ts';
import type { EnvironmentFacts } from '../../config/environment-config.ts';
import { jsonBody } from '../json-body.ts';
import type { RequestContext } from '../middleware/request-context.ts';
import { callerOf, type HandleRow, queryOf } from '../route.ts';
import { sendJson } from '../send-json.ts';
import { knownEnvironment } from './named-environment.ts';
import { requireConfirmation } from './require-confirmation.ts';
import { requireValid } from './require-valid.ts';

/** A call of one of the BFF's own rows, after everything that the row requires has been checked. */
type OwnCall<Row extends OwnRow> = {
  caller: Caller;
  /** What is known of the request, and what the log says of it. */
  context: RequestContext;
  /** The parameters of the path. If one is an environment, the caller may do something there. */
  parameters: { [Name in ParameterIn<Row['path']>]: string };
  query: OutputIn<Row, 'query'>;
  request: OutputIn<Row, 'request'>;
};

type OutputIn<Row, Key extends string> = Row extends { [Name in Key]: infer Contract extends z.ZodMiniType }
  ? z.output<Contract>
  : undefined;

/** The answer, without the fields that every answer has. */
type Told<Row extends OwnRow> = Omit<z.output<Row['answer']>, 'requestId' | 'environment'>;

type CallerRow = {
  [Name in keyof Endpoints]: Endpoints[Name] extends { access: 'caller' } ? Name : never;
}[keyof Endpoints];

/** The answer of each row that needs no grant. */
export type OwnAnswers = {
  [Name in CallerRow]: (
    call: OwnCall<Endpoints[Name]>,
  ) => Told<Endpoints[Name]> | Promise<Told<Endpoints[Name]>>;
};

export function createOwnRoutes(
  answers: OwnAnswers,
  environments: readonly EnvironmentFacts[],
): Record<CallerRow, HandleRow> {
  const routes = Object.entries(answers).map(([name, answer]) => {
    const row = endpoints[name as CallerRow];
    // Each row has its own types, and the compiler cannot follow them through a list.
    return [name, createOwnRoute(row, answer as (call: OwnCall<OwnRow>) => object, environments)];
  });
  return Object.fromEntries(routes);
}

function createOwnRoute(
  row: OwnRow,
  answer: (call: OwnCall<OwnRow>) => object | Promise<object>,
  environments: readonly EnvironmentFacts[],
): HandleRow {
  const readBody = row.request && jsonBody(row.bodyCap);
  const inEnvironment = parametersIn(row.path).includes('environment');

  return async function answerOwn(request, response, parameters) {
    const { context } = response.locals;
    const caller = callerOf(response);
    const environment = inEnvironment
      ? knownEnvironment(caller, environments, parameters.environment)
      : undefined;
    if (environment) context.environment = environment.id;
    const { confirmed, status = 200 } = row;
    if (confirmed && environment) requireConfirmation(request, environment);
    const query = row.query && requireValid(row.query, queryOf(response));
    const body = row.request && requireValid(row.request, await readBody?.(request));
    const told = await answer({ caller, context, parameters, query, request: body } as OwnCall<OwnRow>);
    const { requestId } = context;
    sendJson(response, status, { ...(environment && { environment: environment.id }), requestId, ...told });
  };
}

import type * as z from 'zod/mini';
import type {
  EndpointRow,
  EndpointTable,
  OperationRow,
  OwnRow,
  ParameterIn,
} from '../../shared/endpoint-row.ts';
import type { ErrorCode } from '../../shared/error-codes.ts';
import type { BodyOf, SuccessOf } from '../../shared/operations.ts';
import type { Json } from './document-types.ts';
import type { Endpoint } from './endpoint.ts';

/** Words and examples for a row of the table. Tests check the examples against the contracts. */
export type EndpointDoc = {
  tag: Endpoint['tag'];
  /** What the call does, in a few words that begin with a verb. */
  summary: string;
  description: string;
  /** The description of a success. Not for operations, which share one. */
  success?: string;
  /** For each parameter in the path, except the environment. */
  parameters?: Readonly<Record<string, ParameterDoc>>;
  /** Undefined if the row has no body. */
  request?: unknown;
  /** The `result` of an operation, or the whole answer of another row. */
  answer: unknown;
  /** Codes that do not follow from the row. */
  codes?: readonly ErrorCode[];
};

/** Without a schema, the parameter is an id. */
type ParameterDoc = { description: string; schema?: Json };

/** What each row needs, so that the compiler asks for it. */
export type DocsOf<Table extends EndpointTable> = { [Name in keyof Table]: DocOf<Table[Name]> };
type DocOf<Row extends EndpointRow> = Omit<EndpointDoc, 'answer' | 'request' | 'parameters'> &
  (Row extends OwnRow ? { success: string; answer: z.output<Row['answer']> } : unknown) &
  (Row extends OperationRow ? { answer: SuccessOf<Row>['result'] } : unknown) &
  (BodyOf<Row> extends undefined ? unknown : { request: BodyOf<Row> }) &
  ([IdIn<Row>] extends [never] ? unknown : { parameters: { [Name in IdIn<Row>]: ParameterDoc } });
type IdIn<Row extends EndpointRow> = Exclude<ParameterIn<Row['path']>, 'environment'>;

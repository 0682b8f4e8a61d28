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

/** What a table cannot say of a row: words and examples. Tests hold the examples to the contracts. */
export type EndpointDoc = {
  tag: Endpoint['tag'];
  description: string;
  /** An operation has its title instead. */
  summary?: string;
  /** What a success tells; said of every operation already. */
  success?: string;
  /** Of each parameter in the path but the environment. */
  parameters?: Readonly<Record<string, ParameterDoc>>;
  /** Absent where no body is read. */
  request?: unknown;
  /** An operation's `result`, or the whole answer of another row. */
  answer: unknown;
  /** Codes that do not follow from the row. */
  codes?: readonly ErrorCode[];
};

/** Where nothing else is said, it is an id. */
type ParameterDoc = { description: string; schema?: Json };

/** What has to be said of each row, for the compiler to ask for it. */
export type DocsOf<Table extends EndpointTable> = { [Name in keyof Table]: DocOf<Table[Name]> };
type DocOf<Row extends EndpointRow> = Omit<EndpointDoc, 'answer' | 'request' | 'parameters'> &
  (Row extends OwnRow ? { summary: string; success: string; answer: z.output<Row['answer']> } : unknown) &
  (Row extends OperationRow ? { answer: SuccessOf<Row>['result'] } : unknown) &
  (BodyOf<Row> extends undefined ? unknown : { request: BodyOf<Row> }) &
  ([IdIn<Row>] extends [never] ? unknown : { parameters: { [Name in IdIn<Row>]: ParameterDoc } });
type IdIn<Row extends EndpointRow> = Exclude<ParameterIn<Row['path']>, 'environment'>;

import type * as z from 'zod/mini';
import { encodedLength } from './documents.ts';
import type { FileLimits } from './environments.ts';
import type { Scope } from './scopes.ts';

/** One thing that can be called. Its route, its method in the client and its description all follow from this row. */
export type EndpointRow = OwnRow | OperationRow;
export type EndpointTable = Readonly<Record<string, EndpointRow>>;

export type Method = 'GET' | 'POST';

type CallFacts = {
  /** Several rows may share a path, each with a different method. */
  method: Method;
  /** The path at the BFF. A part that begins with a colon is a parameter, as in `/api/environments/:environment/ping`. */
  path: `/${string}`;
  /** The schema of the query. */
  query?: z.ZodMiniObject;
};

type BodyFacts<Request> =
  | { request?: undefined; bodyCap?: undefined }
  | {
      /** The schema of the body. Without one, no body is read. */
      request: Request;
      /** The largest body that is read, in bytes, without files. */
      bodyCap: number;
    };

/** A row that the BFF answers about itself and its callers. */
export type OwnRow = CallFacts &
  BodyFacts<z.ZodMiniObject> & {
    /** Who may call it. `caller`: anybody with an access key or a session. `access-key`: only with an access key. */
    access: 'anybody' | 'caller' | 'access-key';
    /** How its requests are limited: together with the caller's others, or by address, for this row alone. */
    rateClass: 'reads' | 'signIn';
    /** Takes the environment's name once more where that is protected, as a write does. */
    confirmed?: true;
    /** Of a success, where it is not 200. */
    status?: 201;
    /** The whole body of a success. It names the environment if the path does. */
    answer: z.ZodMiniType<{ requestId: string; environment?: string }>;
  };

/** An operation: a row that needs a grant for an environment. The grant names the row. */
export type OperationRow = CallFacts &
  BodyFacts<z.ZodMiniType> & {
    access: 'grant';
    path: `/api/environments/:environment/${string}`;
    /** The title for people, like a command: verb first. */
    title: string;
    /** Undefined if the BFF itself has the answer. */
    partner?: PartnerSide;
    /** The `result` of a success: Pearsana's body, which may contain more fields than we know. */
    response: z.ZodMiniType;
    /** Where a request contains files (as base64), and which of the BFF's limits applies to all of them together. */
    files?: { limit: keyof FileLimits; of: (request: never) => readonly FileInRequest[] };
  } & (ReadFacts | WriteFacts);

/** The call to Pearsana, with the same method and query. */
type PartnerSide = {
  /** Pearsana's path. Its parameters are among those of the row's own path. A `/v1` path is sent with the version header. */
  path: `/${string}`;
  /** Exactly the scopes of its token, fixed or chosen by the request. With none, no token is sent. */
  scopes: readonly Scope[] | ((request: never) => readonly Scope[]);
  /** What Pearsana's 404 means here, and what to do then. */
  notFound?: string;
};

type ReadFacts = { method: 'GET'; request?: undefined; references?: undefined; keptResult?: undefined };
/** The operation changes something at Pearsana. */
type WriteFacts = {
  method: 'POST';
  /**
   * Where the request has external references: one or a list, and the path may lead through lists. The journal keeps these,
   * and nothing else of a request.
   */
  references: readonly string[];
  /**
   * What the journal keeps of a write's result: ids and states, nothing about a person. The schema drops everything else,
   * and the rest satisfies `response`, so that the write can be answered again without being sent again.
   */
  keptResult: z.ZodMiniType;
};

/** `path` is written as in issues: `items[1].file`. */
export type FileInRequest = { path: string; file: string };

/** The names of a path's parameters. */
export type ParameterIn<Path extends string> = Path extends `${string}/:${infer Rest}`
  ? FirstWord<Rest> | ParameterIn<Rest>
  : never;
type FirstWord<Text extends string> = Text extends `${infer Word}${'/' | ':'}${string}`
  ? FirstWord<Word>
  : Text;

const parameter = /\/:(\w+)/g;

/** The names of a path's parameters, in their order. */
export function parametersIn(path: string): string[] {
  return [...path.matchAll(parameter)].map(([, name = '']) => name);
}

/** A path with values for its parameters. Each value is encoded, so that it stays one segment. */
export function filledPath(path: string, values: Readonly<Record<string, unknown>>): string {
  if (!path.includes(':')) return path;
  return path.replaceAll(parameter, (_, name) => `/${encodeURIComponent(`${values[name]}`)}`);
}

/** The rows of a table that are operations. */
export function operationsIn<Table extends EndpointTable>(table: Table): Pick<Table, OperationIn<Table>> {
  const rows = Object.entries(table).filter(([, { access }]) => access === 'grant');
  return Object.fromEntries(rows) as Pick<Table, OperationIn<Table>>;
}
export type OperationIn<Table extends EndpointTable> = {
  [Name in keyof Table]: Table[Name] extends { access: 'grant' } ? Name : never;
}[keyof Table];

/** Whether it changes something at Pearsana. Any other POST concerns only the BFF. */
export function isWrite({ access, method }: EndpointRow): boolean {
  return access === 'grant' && method === 'POST';
}

/** Whether it takes the name of a protected environment once more. */
export function isConfirmed(row: EndpointRow): boolean {
  return row.access === 'grant' ? isWrite(row) : row.confirmed === true;
}

/** How the requests of a row are limited. A write counts as a read too; its own budget is spent once it is really sent. */
export function rateClassOf(row: EndpointRow): OwnRow['rateClass'] {
  return row.access === 'grant' ? 'reads' : row.rateClass;
}

/** The scopes of the token for a request that the row's schema has accepted. */
export function scopesOf({ partner }: OperationRow, request: unknown): readonly Scope[] {
  const scopes = partner?.scopes ?? [];
  return typeof scopes === 'function' ? scopes(request as never) : scopes;
}

/** The largest body that is read for a row: its form, and its files as base64. */
export function bodyCapOf(row: EndpointRow, limits: FileLimits): number {
  const files = row.access === 'grant' ? row.files : undefined;
  return (row.bodyCap ?? 0) + (files ? encodedLength(limits[files.limit]) : 0);
}

/** The largest body with files that any row of a table reads. Only such bodies count as bytes in flight. */
export function largestUploadOf(table: EndpointTable, limits: FileLimits): number {
  const uploads = Object.values(table).filter((row) => row.access === 'grant' && row.files);
  return Math.max(0, ...uploads.map((row) => bodyCapOf(row, limits)));
}

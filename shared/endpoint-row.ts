import type * as z from 'zod/mini';
import { encodedLength } from './documents.ts';
import type { FileLimits } from './environments.ts';
import type { Scope } from './scopes.ts';

/** What there is to say of one thing that can be called. Its route, the client's method and its description follow from it. */
export type EndpointRow = OwnRow | OperationRow;
export type EndpointTable = Readonly<Record<string, EndpointRow>>;

export type Method = 'GET' | 'POST';

type CallFacts = {
  /** Several rows may share a path, each with another method. */
  method: Method;
  /** At the BFF. A part that begins with a colon is a parameter, as in `/api/environments/:environment/ping`. */
  path: `/${string}`;
  /** What may stand behind the path's `?`. */
  query?: z.ZodMiniObject;
};

type BodyFacts<Request> =
  | { request?: undefined; bodyCap?: undefined }
  | {
      /** What the body must be; without it, none is read. */
      request: Request;
      /** The largest body that is read, in bytes, files aside. */
      bodyCap: number;
    };

/** What the BFF answers about itself and its callers. */
export type OwnRow = CallFacts &
  BodyFacts<z.ZodMiniObject> & {
    /** Who may call it. `caller`: whoever has an access key or a session. `access-key`: a session will not do. */
    access: 'anybody' | 'caller' | 'access-key';
    /** By what requests are counted: those of a caller together, or those that an address makes of this row. */
    rateClass: 'reads' | 'signIn';
    /** The whole body of a success; it names the environment where the path does. */
    answer: z.ZodMiniType<{ requestId: string; environment?: string }>;
  };

/** What a caller may do in an environment by a grant, which names the row. */
export type OperationRow = CallFacts &
  BodyFacts<z.ZodMiniType> & {
    access: 'grant';
    path: `/api/environments/:environment/${string}`;
    /** For people, as a command is called: the verb first. */
    title: string;
    /** Absent where the BFF itself has the answer. */
    partner?: PartnerSide;
    /** `result` of a success: the partner's body, which may hold more than we know of. */
    response: z.ZodMiniType;
    /** Where a request holds files (as base64), and by which of the BFF's limits they count in all. */
    files?: { limit: keyof FileLimits; of: (request: never) => readonly FileInRequest[] };
  } & (ReadFacts | WriteFacts);

/** The same method and query at the partner. */
type PartnerSide = {
  /** Its parameters are among those of the row's own path. A `/v1` path is sent with the version header. */
  path: `/${string}`;
  /** What its token must carry and no more, always or for this request; none means that no token is sent. */
  scopes: readonly Scope[] | ((request: never) => readonly Scope[]);
  /** What the partner's 404 means here, and what to do then. */
  notFound?: string;
};

type ReadFacts = { method: 'GET'; references?: undefined; keptResult?: undefined };
/** It changes something at the partner. */
type WriteFacts = {
  method: 'POST';
  /**
   * Where the request names people for other systems: external references, one or a list, and on the way through every
   * list too. The journal keeps them, and nothing else of a request.
   */
  references: readonly string[];
  /**
   * What the journal keeps of a write's result: ids and states, nothing of a person. The schema strips everything else,
   * and what it leaves satisfies `response`, so that the write can be answered again without being sent again.
   */
  keptResult: z.ZodMiniType;
};

/** `path` as issues spell it, as in `items[1].file`. */
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

/** A path with values in the places of its parameters, each encoded, so that it stays one part. */
export function filledPath(path: string, values: Readonly<Record<string, unknown>>): string {
  return path.replaceAll(parameter, (_, name) => `/${encodeURIComponent(`${values[name]}`)}`);
}

/** A table's rows that are operations. */
export function operationsIn<Table extends EndpointTable>(table: Table): Pick<Table, OperationIn<Table>> {
  const rows = Object.entries(table).filter(([, { access }]) => access === 'grant');
  return Object.fromEntries(rows) as Pick<Table, OperationIn<Table>>;
}
export type OperationIn<Table extends EndpointTable> = {
  [Name in keyof Table]: Table[Name] extends { access: 'grant' } ? Name : never;
}[keyof Table];

/** Whether it changes something at the partner: whatever else is asked by POST is asked of the BFF alone. */
export function isWrite({ access, method }: EndpointRow): boolean {
  return access === 'grant' && method === 'POST';
}

/** By what requests of a row are counted. */
export function rateClassOf(row: EndpointRow): OwnRow['rateClass'] | 'writes' {
  if (row.access !== 'grant') return row.rateClass;
  return isWrite(row) ? 'writes' : 'reads';
}

/** What the token of a request must carry; `request` is one that the row's schema has accepted. */
export function scopesOf({ partner }: OperationRow, request: unknown): readonly Scope[] {
  const scopes = partner?.scopes ?? [];
  return typeof scopes === 'function' ? scopes(request as never) : scopes;
}

/** The largest body that is read for a row: what its form takes, and its files as base64. */
export function bodyCapOf(row: EndpointRow, limits: FileLimits): number {
  const files = row.access === 'grant' ? row.files : undefined;
  return (row.bodyCap ?? 0) + (files ? encodedLength(limits[files.limit]) : 0);
}

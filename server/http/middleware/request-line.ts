import { type ParsedUrlQuery, parse } from 'node:querystring';
import type { NextFunction, Request, Response } from 'express';
import { type EndpointRow, type EndpointTable, parametersIn } from '../../../shared/endpoint-row.ts';
import {
  consentAnswerPath,
  consentPath,
  loginCallbackPath,
  loginPath,
  logoutPath,
} from '../../../shared/sign-in.ts';
import { BffError } from '../../bff-error.ts';
import { docsFileNames } from '../../docs/docs-file-names.ts';

/** A request target, taken apart once. Whoever needs the path or the query takes it from here and never reads the URL. */
export type Target = {
  path: string;
  /** With its question mark; empty if there is no query. */
  search: string;
  query: Readonly<ParsedUrlQuery>;
};

const noQuery: Target['query'] = {};

/**
 * Takes a target apart, unless two programs could do that in different ways: a proxy in front, or a library, would then
 * see another path than the one that is served. Only a plain path with a query is read (RFC 9112, 3.2.1). Every escape
 * stays as it is, and no dot segment is resolved.
 */
export function readTarget(url: string): Target | undefined {
  // A second slash begins a host. Browsers read a backslash as a slash, cut a fragment off, and drop line breaks.
  if (!/^\/(?!\/)/.test(url) || /[^!-~]|[#\\]/.test(url)) return undefined;
  const end = url.indexOf('?');
  if (end === -1) return { path: url, search: '', query: noQuery };
  const search = url.slice(end);
  return { path: url.slice(0, end), search, query: { ...parse(search.slice(1)) } };
}

/** Accepts only a plain path with a query: `http://other/…`, `//other` and `*` are for proxies, or for attacks. */
export function checkRequestTarget(_request: Request, response: Response, next: NextFunction): void {
  if (!response.locals.context.target) {
    throw BffError.of(
      'VALIDATION_ERROR',
      'The request line must contain a path, such as /api/environments: without a host, and without #, \\ and characters that must be encoded.',
    );
  }
  next();
}

type NamedRow = { name: string; row: EndpointRow };

/** The row that a request line names. It is looked up once, before the caller is known. */
export type Asked = {
  /** The rows at this path, each with a different method. */
  rows: readonly NamedRow[];
  /** The row with the request's method. */
  endpoint: NamedRow | undefined;
  /** The parameters in the path; undefined if one is encoded wrongly. */
  parameters: Readonly<Record<string, string>> | undefined;
};

/** Finds the rows at a path, if there are any. */
export type ReadRequestLine = (method: string, path: string) => Asked | undefined;

export function createRequestLineReader(table: EndpointTable): ReadRequestLine {
  const places = placesIn(table);

  return function readRequestLine(method, path) {
    for (const { pattern, rows } of places) {
      const values = pattern.exec(path)?.slice(1);
      if (!values) continue;
      const endpoint = rows.find(({ row }) => row.method === method);
      return { rows, endpoint, parameters: decoded(endpoint?.names ?? [], values) };
    }
    return undefined;
  };
}

type Place = { pattern: RegExp; rows: (NamedRow & { names: readonly string[] })[] };

/** The paths of a table. A literal segment takes precedence over a parameter. */
function placesIn(table: EndpointTable): Place[] {
  const rows = Object.entries(table).map(([name, row]) => ({ name, row, names: parametersIn(row.path) }));
  const byShape = Map.groupBy(rows, ({ row }) => row.path.replaceAll(/\/:\w+/g, '/:'));
  return [...byShape]
    .map(([shape, rowsThere]) => ({ pattern: patternOf(shape), rows: rowsThere }))
    .toSorted((a, b) => parametersOf(a) - parametersOf(b));
}

const parametersOf = ({ rows: [first] }: Place) => first?.names.length ?? 0;

function patternOf(shape: string): RegExp {
  const parts = shape.split('/:').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('/([^/]+)')}$`);
}

function decoded(names: readonly string[], values: readonly string[]): Asked['parameters'] {
  try {
    const texts = values.map(decodeURIComponent);
    return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? '']));
  } catch {
    return undefined;
  }
}

/** The paths that the BFF serves besides those of the table. They have no parameters. */
const otherPaths = new Set([
  ...['/', '/livez', '/readyz', '/openapi.json', '/docs', ...docsFileNames.map((name) => `/docs/${name}`)],
  ...[loginPath, loginCallbackPath, logoutPath, consentPath, consentAnswerPath],
]);

/**
 * The path as the log may show it: only words of our own. Anything else in a path may be a key or a person, so of an
 * unknown path the log has only the number of its segments.
 */
export function loggedPath(target: Target | undefined, asked: Asked | undefined): string | undefined {
  const [row] = asked?.rows ?? [];
  if (row) return row.row.path;
  if (!target || otherPaths.has(target.path)) return target?.path;
  const segments = target.path.split('/').length - 1;
  return `(unknown, ${segments} ${segments === 1 ? 'segment' : 'segments'})`;
}

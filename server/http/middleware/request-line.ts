import { type EndpointRow, type EndpointTable, parametersIn } from '../../../shared/endpoint-row.ts';

export type NamedRow = { name: string; row: EndpointRow };

/** What a request line asks for. It is decided once, before the request has proved anything. */
export type Asked = {
  /** The rows at its path, each with another method. */
  rows: readonly NamedRow[];
  /** The one of its method. */
  endpoint: NamedRow | undefined;
  /** The values in its path; absent where one is encoded wrongly. */
  parameters: Readonly<Record<string, string>> | undefined;
};

/** Finds the rows that a request line asks for, where the table has any at that path. */
export type ReadRequestLine = (method: string, url: string) => Asked | undefined;

export function createRequestLineReader(table: EndpointTable): ReadRequestLine {
  const places = placesIn(table);

  return function readRequestLine(method, url) {
    const path = /^[^?#]*/.exec(url)?.[0] ?? '';
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

/** The paths of a table. What is said word for word goes before a parameter. */
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

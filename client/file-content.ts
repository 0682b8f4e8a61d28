import { base64 } from '../shared/base64.ts';
import type { GivenOptions } from '../shared/call-request.ts';
import type { EndpointRow } from '../shared/endpoint-row.ts';

type WithFile = Readonly<Record<string, unknown>>;

/** The options with every file as base64, and with its name, if it has one and was given none. */
export async function withFiles(row: EndpointRow, given: GivenOptions): Promise<GivenOptions> {
  const { request } = given;
  if (row.access !== 'grant' || !row.files || !isObject(request)) return given;
  const { items } = request;
  if (!Array.isArray(items)) return { ...given, request: await withFile(request) };
  return { ...given, request: { ...request, items: await Promise.all(items.map(withFile)) } };
}

async function withFile(value: unknown): Promise<unknown> {
  if (!isObject(value)) return value;
  const { file } = value;
  const bytes = await bytesOf(file);
  if (!bytes) return value;
  const name = isObject(file) && typeof file.name === 'string' && file.name !== '' && { filename: file.name };
  const { filename } = value;
  return { ...value, file: base64(bytes), ...(filename === undefined && name) };
}

/** Undefined for what has no bytes: the contract then says what it should be. */
async function bytesOf(file: unknown): Promise<Uint8Array | undefined> {
  if (file instanceof Uint8Array) return file;
  if (!isObject(file) || typeof file.arrayBuffer !== 'function') return undefined;
  // A file that is gone is as good as empty.
  return new Uint8Array(await (file as unknown as Blob).arrayBuffer().catch(() => new ArrayBuffer()));
}

function isObject(value: unknown): value is WithFile {
  return typeof value === 'object' && value !== null;
}

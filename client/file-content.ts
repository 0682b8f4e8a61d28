import { base64 } from '../shared/base64.ts';
import type { GivenOptions } from '../shared/call-request.ts';
import type { EndpointRow } from '../shared/endpoint-row.ts';

type WithFile = Readonly<{ file?: unknown; filename?: unknown; items?: unknown }> | undefined;

/** The options with every file as base64, and with its name, if it has one and was given none. */
export async function withFiles(row: EndpointRow, given: GivenOptions): Promise<GivenOptions> {
  if (row.access !== 'grant' || !row.files) return given;
  const request = given.request as WithFile;
  const items = request?.items;
  if (!Array.isArray(items)) return { ...given, request: await withFile(request) };
  return { ...given, request: { ...request, items: await Promise.all(items.map(withFile)) } };
}

async function withFile(document: WithFile): Promise<unknown> {
  const file = document?.file as Partial<File> | Uint8Array | null | undefined;
  if (!(file instanceof Uint8Array) && !file?.arrayBuffer) return document;
  const name = file instanceof Uint8Array ? undefined : file.name || undefined;
  return { ...document, file: await textOf(file as Blob | Uint8Array), filename: document?.filename ?? name };
}

async function textOf(file: Blob | Uint8Array): Promise<string> {
  try {
    return base64(file instanceof Uint8Array ? file : new Uint8Array(await file.arrayBuffer()));
  } catch {
    // A file that is gone, or larger than any text, is as good as empty.
    return '';
  }
}

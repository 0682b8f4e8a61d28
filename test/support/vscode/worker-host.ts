// Left to itself, a workbench with a server runs an extension that has both entries, `main` and `browser`, in Node's
// extension host. VS Code 1.139 takes an `extensionDevelopmentKind` in the page's payload, but its web build never looks
// at it again. The user's own setting works, for installed extensions as well as for those under development.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The user setting under which these extensions run in the browser's worker host. */
export function workerHostSetting(ids: string[]): Record<string, unknown> {
  return { 'remote.extensionKind': Object.fromEntries(ids.map((id) => [id, ['web']])) };
}

/** The identifier of the extension whose manifest is in this folder. */
export async function extensionId(folder: string): Promise<string> {
  const { publisher, name }: { publisher: string; name: string } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  );
  return `${publisher}.${name}`;
}

/** The identifiers of the extensions that are installed in a server's data folder. */
export async function installedExtensionIds(dataDir: string): Promise<string[]> {
  const list: { identifier: { id: string } }[] = JSON.parse(
    await readFile(join(dataDir, 'extensions/extensions.json'), 'utf8'),
  );
  return list.map(({ identifier }) => identifier.id);
}

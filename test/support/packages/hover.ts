import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** What is used of TypeScript 5, whose types are not installed here. */
type TypeScript = {
  sys: Record<'fileExists' | 'directoryExists' | 'getDirectories', unknown> & {
    readFile(name: string): string | undefined;
  };
  ScriptSnapshot: { fromString(text: string): unknown };
  getDefaultLibFilePath(options: unknown): string;
  displayPartsToString(parts: unknown): string;
  createLanguageService(host: object): {
    getQuickInfoAtPosition(
      file: string,
      at: number,
    ): { displayParts?: unknown; documentation?: unknown } | undefined;
  };
};

export type Hovered = { display: string; documentation: string };

/**
 * What an editor shows of a place in a file.
 * @param tools the folder of `installedFolder('tools')`: the compiler of this project has no language service
 */
export function createHover(tools: string, file: string): (where: string) => Hovered {
  const ts: TypeScript = createRequire(join(tools, 'package.json'))('typescript');
  const text = readFileSync(file, 'utf8');
  const service = ts.createLanguageService({
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (name: string) => {
      const content = ts.sys.readFile(name);
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    },
    getCurrentDirectory: () => join(file, '..'),
    getCompilationSettings: () => ({
      strict: true,
      module: 199,
      moduleResolution: 99,
      target: 9,
      skipLibCheck: true,
    }),
    getDefaultLibFileName: (options: unknown) => ts.getDefaultLibFilePath(options),
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  });
  return (where) => {
    const at = text.indexOf(where);
    if (at === -1) throw new Error(`${file} contains no “${where}”.`);
    const info = service.getQuickInfoAtPosition(file, at + where.length - 1);
    return {
      display: ts.displayPartsToString(info?.displayParts),
      documentation: ts.displayPartsToString(info?.documentation),
    };
  };
}

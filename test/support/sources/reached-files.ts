import type { Import } from './find-imports.ts';

/** The files that each file reaches, through however many others. */
export function reachedFiles(imports: readonly Import[]): Map<string, Set<string>> {
  const next = Map.groupBy(imports, ({ from }) => from);
  const reached = new Map<string, Set<string>>();
  for (const start of next.keys()) {
    const seen = new Set<string>();
    const open = [start];
    for (let file = open.pop(); file !== undefined; file = open.pop()) {
      for (const { to } of next.get(file) ?? []) {
        if (seen.has(to)) continue;
        seen.add(to);
        open.push(to);
      }
    }
    reached.set(start, seen);
  }
  return reached;
}

/** The names of the schemas that some parts of an OpenAPI document refer to, directly or through others. */
export function schemasReachedFrom(
  document: { components: { schemas: Record<string, unknown> } },
  parts: unknown,
  found = new Set<string>(),
): Set<string> {
  for (const [, name = ''] of JSON.stringify(parts).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
    if (found.has(name)) continue;
    found.add(name);
    schemasReachedFrom(document, document.components.schemas[name], found);
  }
  return found;
}

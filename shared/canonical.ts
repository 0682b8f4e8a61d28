/** A JSON text that is the same whatever the order in which a program wrote an object's fields, which says nothing. */
export function canonical(value: unknown): string {
  return JSON.stringify(inOrder(value));
}

/** The same value with the fields of all its objects in one order. */
export function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inOrder);
  // A number that is kept as it was spelt: only `JSON.stringify` understands it.
  if (Object.getPrototypeOf(value) === null) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, each]) => [name, inOrder(each)]));
}

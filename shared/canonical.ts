/** A JSON text that does not depend on the order of an object's fields, since that order has no meaning. */
export function canonical(value: unknown): string {
  return JSON.stringify(inOrder(value));
}

/** The same value, with the fields of all objects sorted. */
export function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inOrder);
  // A number that is kept exactly as written. Only `JSON.stringify` understands it.
  if (Object.getPrototypeOf(value) === null) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, each]) => [name, inOrder(each)]));
}

/** Where VS Code keeps what lasts longer than a window. */
export type State = {
  get<Value>(name: string): Value | undefined;
  update(name: string, value: unknown): PromiseLike<void>;
};

/**
 * The same state, of which each update waits for the one before it. VS Code tells a window what it has just stored, and the
 * window takes that in place of all that it has: whatever was updated meanwhile would be lost.
 */
export function updateInTurn(state: State): State {
  const waiting = new Map<string, { value: unknown }>();
  let last: Promise<unknown> = Promise.resolve();
  return {
    get<Value>(name: string) {
      const newest = waiting.get(name);
      return newest ? (newest.value as Value | undefined) : state.get<Value>(name);
    },
    update(name, value) {
      const own = { value };
      waiting.set(name, own);
      const updated = last
        .then(() => state.update(name, value))
        .finally(() => {
          if (waiting.get(name) === own) waiting.delete(name);
        });
      last = updated.catch(() => {});
      return updated;
    },
  };
}

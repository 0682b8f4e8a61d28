/** An event as VS Code's own API has them; here, so that what has one runs without VS Code too. */
export type Event<Value> = (listener: (value: Value) => void) => { dispose(): void };

/** An event, and who makes it happen. Listeners hear of it at once, in the order in which they came. */
export function createEvent<Value>(): { event: Event<Value>; fire(value: Value): void } {
  const listeners = new Set<(value: Value) => void>();
  return {
    event(listener) {
      listeners.add(listener);
      return { dispose: () => void listeners.delete(listener) };
    },
    fire: (value) => listeners.forEach((listener) => void listener(value)),
  };
}

/**
 * Keeps values, each under a handle that somebody else holds: 256 random bits. Only a digest of a handle is kept, so the
 * store alone opens nothing. When there are too many values, those are dropped that were used least recently.
 */
export type HandleStore<Value extends object> = {
  /** Keeps a value. @returns its handle, which is not kept. */
  issue(value: Value): Promise<string>;
  find(handle: string | undefined): Promise<Value | undefined>;
  /** Finds a value and drops it, in one step: of all who ask at once, one gets it. */
  take(handle: string | undefined): Promise<Value | undefined>;
  /** Lets a value's lifetime begin again. @returns whether it was there. */
  renew(handle: string): Promise<boolean>;
  drop(handle: string | undefined): Promise<void>;
};

export type HandleOptions = {
  most: number;
  /** How long a value is kept, in seconds. */
  lifetimeSeconds: number;
  /** Whether the lifetime starts again each time the value is found. */
  renewed: boolean;
};

/** Each kind of value has a store of its own. Values are plain data. */
export type OpenHandles = <Value extends object>(
  kind: HandleKind,
  options: HandleOptions,
) => HandleStore<Value>;
export type HandleKind = 'login' | 'session' | 'presence' | 'window-page' | 'window-code';

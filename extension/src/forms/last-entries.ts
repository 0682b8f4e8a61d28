/** What was entered the last time and will often be the same again. Nothing of it is about a person. */
export type LastEntries = {
  /** The system of an external reference, such as SIS. */
  namespace?: string;
  /** Of a new user. */
  roleName?: string;
  /** Of an invitation, where they were not Pearsana's default. */
  roles?: readonly string[];
};

/** Where VS Code keeps what lasts longer than a window. */
type State = {
  get<Value>(name: string): Value | undefined;
  update(name: string, value: unknown): PromiseLike<void>;
};

const stateName = 'lastEntries';

/** Kept on the disk, for all windows: so only after it was sent, and only what looks like a word of a vocabulary. */
export function createLastEntries(state: State) {
  const get = (): LastEntries => state.get<LastEntries>(stateName) ?? {};
  return {
    get,
    async keep(entries: LastEntries): Promise<void> {
      const words = Object.entries(entries).filter(([, value]) => [value].flat().every(isVocabulary));
      await state.update(stateName, { ...get(), ...Object.fromEntries(words) });
    },
  };
}
export type KeptEntries = ReturnType<typeof createLastEntries>;

/** A word such as SIS or faculty, and no address, name of many words, or number of a person. */
function isVocabulary(text: string): boolean {
  return /^\p{L}[\p{L}\d_.-]*( [\p{L}\d_.-]+)?$/u.test(text) && text.length <= 30 && !/\d{3}/.test(text);
}

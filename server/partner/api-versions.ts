import { partnerApiVersion } from '../../shared/operations.ts';

/** The newest API version that Pearsana named in its last answer, for each environment. */
export type ApiVersions = {
  note(environment: string, latest: string | undefined): void;
  /** The newest version, if it is newer than the one that the BFF uses. */
  newer(environment: string): string | undefined;
};

export function createApiVersions(): ApiVersions {
  const newest = new Map<string, string>();
  return {
    note(environment, latest) {
      // Versions are dates, so they compare as text. Anything else is ignored.
      if (latest !== undefined && latest !== newest.get(environment) && /^\d{4}-\d\d-\d\d$/.test(latest))
        newest.set(environment, latest);
    },
    newer(environment) {
      const latest = newest.get(environment);
      return latest !== undefined && latest > partnerApiVersion ? latest : undefined;
    },
  };
}

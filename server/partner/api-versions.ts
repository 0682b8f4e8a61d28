import { partnerApiVersion } from '../../shared/operations.ts';

/** What the partner says of its API's versions, kept from its latest answer, for each environment. */
export type ApiVersions = {
  note(environment: string, latest: string | undefined): void;
  /** The newest version, where it is newer than the one that we speak. */
  newer(environment: string): string | undefined;
};

export function createApiVersions(): ApiVersions {
  const newest = new Map<string, string>();
  return {
    note(environment, latest) {
      // Versions are dates, so that their order is that of their letters. What is no date says nothing.
      if (latest !== undefined && /^\d{4}-\d\d-\d\d$/.test(latest)) newest.set(environment, latest);
    },
    newer(environment) {
      const latest = newest.get(environment);
      return latest !== undefined && latest > partnerApiVersion ? latest : undefined;
    },
  };
}

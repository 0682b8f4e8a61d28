import type { ActivityEntry, ActivityOptions, ClientMethods } from './methods.ts';

/** The options of `activityOf`. */
export interface ActivityOfOptions extends ActivityOptions {
  /** The most writes to list, from 1 on. By default there is no limit, and a page is asked for only once it is needed. */
  limit?: number | undefined;
}

/** The writes of all pages, one after another. The method checks the options. */
export async function* activityPages(
  activity: ClientMethods['activity'],
  options: ActivityOfOptions,
): AsyncGenerator<ActivityEntry, void, undefined> {
  let left = options?.limit ?? Number.POSITIVE_INFINITY;
  let before = options?.before;
  do {
    const page = await activity({ ...options, before });
    for (const write of page.activity) {
      yield write;
      left -= 1;
      if (left === 0) return;
    }
    before = page.next;
  } while (before !== null);
}

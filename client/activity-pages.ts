import type { ClientError } from '../shared/client-error.ts';
import type { ActivityEntry, ActivityOptions, ClientMethods } from './methods.ts';

/** The options of `activityOf`. */
export interface ActivityOfOptions extends ActivityOptions {
  /** The most writes to list, from 1 on. By default there is no limit, and a page is asked for only once it is needed. */
  limit?: number | undefined;
}

/** The writes of all pages, one after another. @param refuse makes the error for a limit that is none */
export async function* activityPages(
  activity: ClientMethods['activity'],
  options: ActivityOfOptions,
  refuse: (path: string, message: string) => ClientError,
): AsyncGenerator<ActivityEntry, void, undefined> {
  const { limit = Number.POSITIVE_INFINITY, ...asked } = options ?? {};
  if (limit !== Number.POSITIVE_INFINITY && !(Number.isInteger(limit) && limit >= 1))
    throw refuse('limit', 'must be a whole number, from 1 on');
  let left = limit;
  let { before } = asked;
  do {
    const page = await activity({ ...asked, before });
    for (const write of page.activity) {
      yield write;
      left -= 1;
      if (left === 0) return;
    }
    before = page.next;
  } while (before !== null);
}

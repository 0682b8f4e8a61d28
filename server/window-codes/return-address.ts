/** Where a browser returns to with a code. Only {@link createReturnAddressCheck} makes one. */
export type ReturnAddress = {
  uri: string;
  /** The source expression for the `form-action` of a content security policy. */
  formAction: string;
  /** For people, as in “VS Code at https://vscode.dev”. */
  words: string;
};

/** The extension that receives the URI, and the path that it listens on. */
const authority = 'pearsana-tools.pearsana-partner';
const path = '/signed-in';

/** VS Code in a browser. Its extensions run in other origins, which change. */
const vscodeWebSites = ['https://vscode.dev', 'https://insiders.vscode.dev'];

const windowParameter = /^\?windowId=(\d{1,9}|_)$/;
const callbackPath = /^(\/[\w.~-]+)*\/callback$/;

/**
 * Accepts only addresses that lead to our extension in an editor: otherwise a link could send somebody's code anywhere.
 * For a desktop editor this is a URI of its own scheme; VS Code in a browser has a page that passes the code on.
 */
export function createReturnAddressCheck({
  schemes,
  origins,
  vscodeWeb,
}: {
  schemes: readonly string[];
  /** The origins of browser-based VS Code. Being allowed to call the BFF is not enough: other pages' addresses can be read by others. */
  origins: readonly string[];
  vscodeWeb: boolean;
}): (uri: unknown) => ReturnAddress | undefined {
  const sites = new Set([...origins, ...(vscodeWeb ? vscodeWebSites : [])]);

  function onDesktop(uri: string): ReturnAddress | undefined {
    const scheme = schemes.find((each) => uri.startsWith(`${each}://${authority}${path}`));
    if (scheme === undefined) return undefined;
    const rest = uri.slice(`${scheme}://${authority}${path}`.length);
    if (rest !== '' && !windowParameter.test(rest)) return undefined;
    return { uri, formAction: `${scheme}:`, words: `an editor on this computer (${scheme})` };
  }

  function inBrowser(uri: string): ReturnAddress | undefined {
    if (!URL.canParse(uri)) return undefined;
    const { href, origin, pathname, searchParams, username, password, hash } = new URL(uri);
    if (href !== uri || !sites.has(origin) || !callbackPath.test(pathname)) return undefined;
    if (username || password || hash || !isForUs(searchParams)) return undefined;
    return { uri, formAction: origin, words: `VS Code in the browser, at ${origin}` };
  }

  return function returnAddressOf(uri) {
    if (typeof uri !== 'string' || uri.length > 1_000) return undefined;
    return onDesktop(uri) ?? inBrowser(uri);
  };
}

/** Whether the query has exactly the parameters that VS Code writes, each once: they say which extension gets the rest. */
function isForUs(query: URLSearchParams): boolean {
  const wanted: Record<string, RegExp> = {
    'vscode-reqid': /^\d{1,9}$/,
    'vscode-scheme': /^[a-z][a-z0-9+.-]{1,30}$/,
    'vscode-authority': /^pearsana-tools\.pearsana-partner$/,
    'vscode-path': /^\/signed-in$/,
  };
  const given = [...query];
  return (
    given.length === Object.keys(wanted).length &&
    Object.entries(wanted).every(([name, form]) => form.test(query.get(name) ?? ''))
  );
}

/** The address, with the window's state and either a code or the reason why there is none. */
export function withAnswer(
  { uri }: ReturnAddress,
  answer: { code: string; state: string } | { error: 'access_denied'; state: string },
): string {
  return `${uri}${uri.includes('?') ? '&' : '?'}${new URLSearchParams(answer)}`;
}

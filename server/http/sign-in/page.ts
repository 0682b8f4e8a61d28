import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';

/** The one style of the pages of signing in. */
const style = `
:root { color-scheme: light dark; --ink: #1f2328; --soft: #59636e; --line: #d1d9e0; --paper: #fff; --back: #f6f8fa; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #f0f6fc; --soft: #9198a1; --line: #3d444d; --paper: #151b23; --back: #0d1117; }
}
body { margin: 0; padding: 6vh 1rem; background: var(--back); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 30rem; margin: auto; padding: 1.75rem 2rem; background: var(--paper); border: 1px solid var(--line); border-radius: .75rem; }
h1 { margin: 0 0 .75rem; font-size: 1.3rem; }
dl { margin: 1.25rem 0; border-top: 1px solid var(--line); }
dl > div { display: flex; gap: 1rem; padding: .6rem 0; border-bottom: 1px solid var(--line); }
dt { flex: 0 0 6.5rem; color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
code { font: .9em ui-monospace, monospace; }
p.soft { color: var(--soft); font-size: .9rem; }
form { display: flex; gap: .75rem; margin-top: 1.5rem; }
button { padding: .55rem 1.1rem; border: 1px solid var(--line); border-radius: .4rem; background: transparent; color: inherit; font: inherit; cursor: pointer; }
button[value=allow] { background: #0b5cad; border-color: #0b5cad; color: #fff; }
`;
const styleSource = `'sha256-${createHash('sha256').update(style).digest('base64')}'`;

/**
 * A page without script. Its headers say that it loads nothing but its style, and that nobody may frame it.
 * @param page.body in HTML, as `page.head`
 * @param page.formAction where its form may lead, as a source of a content security policy
 */
export function sendHtml(
  response: Response,
  page: { title: string; head?: string; body: string; formAction?: string },
): void {
  const { title, head = '', body, formAction = "'none'" } = page;
  response.setHeader(
    'Content-Security-Policy',
    [
      `default-src 'none'`,
      `style-src ${styleSource}`,
      `form-action ${formAction}`,
      `base-uri 'none'`,
      `frame-ancestors 'none'`,
    ].join('; '),
  );
  response.type('html').send(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">${head}
<title>${escaped(title)}</title>
<style>${style}</style>
<main>
${body}
</main>
</html>
`);
}

/** A page that says something, and may then go on to another one. */
export function sendPage(
  response: Response,
  page: { title: string; text: string; goOnTo?: string | undefined; goOnAfterSeconds?: number },
): void {
  const { title, text, goOnAfterSeconds = 0 } = page;
  const next = page.goOnTo === undefined ? undefined : escaped(page.goOnTo);
  const link = next === undefined ? '' : `\n<p><a href="${next}">Continue</a></p>`;
  sendHtml(response, {
    title,
    head:
      next === undefined ? '' : `\n<meta http-equiv="refresh" content="${goOnAfterSeconds}; url=${next}">`,
    body: `<h1>${escaped(title)}</h1>\n<p>${escaped(text)}</p>${link}`,
  });
}

/** Whether the request comes from a navigating browser, which wants a page. Programs get the error envelope. */
export function wantsPage(request: Request): boolean {
  return request.accepts(['json', 'html']) === 'html';
}

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

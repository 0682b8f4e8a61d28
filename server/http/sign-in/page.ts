import type { Request, Response } from 'express';

/** A page without script or style. Its headers say that it loads nothing, and that nobody may frame it. */
export function sendPage(
  response: Response,
  page: { title: string; text: string; goOnTo?: string | undefined; goOnAfterSeconds?: number },
): void {
  const { title, text, goOnTo, goOnAfterSeconds = 0 } = page;
  const link = goOnTo === undefined ? '' : `\n<p><a href="${escaped(goOnTo)}">Continue</a></p>`;
  const refresh =
    goOnTo === undefined
      ? ''
      : `\n<meta http-equiv="refresh" content="${goOnAfterSeconds}; url=${escaped(goOnTo)}">`;
  response.type('html').send(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">${refresh}
<title>${escaped(title)}</title>
<h1>${escaped(title)}</h1>
<p>${escaped(text)}</p>${link}
</html>
`);
}

/** Whether the request comes from a navigating browser, which wants a page. Programs get the error envelope. */
export function wantsPage(request: Request): boolean {
  return request.accepts(['json', 'html']) === 'html';
}

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

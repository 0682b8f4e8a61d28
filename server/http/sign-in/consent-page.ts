import { createHash } from 'node:crypto';
import type { Response } from 'express';
import { consentAnswerPath } from '../../../shared/sign-in.ts';
import type { Caller } from '../../callers/caller.ts';
import type { ReturnAddress } from '../../window-codes/return-address.ts';
import { escaped } from './page.ts';

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
const styleHash = createHash('sha256').update(style).digest('base64');

/** Asks whether a VS Code window may act for the person who is signed in. */
export function sendConsentPage(
  response: Response,
  page: { caller: Caller; returnAddress: ReturnAddress; keySeconds: number; word: string },
): void {
  const { caller, returnAddress, keySeconds, word } = page;
  const hours = Math.round(keySeconds / 3_600);
  const who =
    caller.name === undefined
      ? escaped(caller.id)
      : `${escaped(caller.name)} (<code>${escaped(caller.id)}</code>)`;
  response.setHeader(
    'Content-Security-Policy',
    [
      `default-src 'none'`,
      `style-src 'sha256-${styleHash}'`,
      // The second source is where the form leads in the end: browsers check redirects too.
      `form-action 'self' ${returnAddress.formAction}`,
      `base-uri 'none'`,
      `frame-ancestors 'none'`,
    ].join('; '),
  );
  // Without any referrer, a browser would send “null” as the form’s origin, which is checked.
  response.setHeader('Referrer-Policy', 'same-origin');
  response.type('html').send(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sign in to VS Code</title>
<style>${style}</style>
<main>
<h1>Let VS Code act for you?</h1>
<p>The Pearsana extension in a VS Code window asks for an access key. Allow this only if you have just chosen Sign In there.</p>
<dl>
<div><dt>You are</dt><dd>${who}</dd></div>
<div><dt>It may</dt><dd>${caller.grants.map((grant) => `<code>${escaped(grant)}</code>`).join('<br>')}</dd></div>
<div><dt>For</dt><dd>${hours} ${hours === 1 ? 'hour' : 'hours'}, or until you sign out there</dd></div>
<div><dt>Window</dt><dd>${escaped(returnAddress.words)}</dd></div>
</dl>
<form method="post" action="${consentAnswerPath}">
<input type="hidden" name="word" value="${escaped(word)}">
<button name="answer" value="allow">Allow</button>
<button name="answer" value="deny">Don’t allow</button>
</form>
<p class="soft">Your browser then returns to VS Code, and may ask you first. The key itself never passes through the browser.</p>
</main>
</html>
`);
}

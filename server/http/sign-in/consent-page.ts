import type { Response } from 'express';
import { consentAnswerPath } from '../../../shared/sign-in.ts';
import type { Caller } from '../../callers/caller.ts';
import type { ReturnAddress } from '../../window-codes/return-address.ts';
import { escaped, sendHtml } from './page.ts';

/** As in “everything in <code>sandbox</code>”. */
function grantWords(grant: string): string {
  const [environment = '', operation = ''] = grant.split(':');
  const all = (name: string, words: string) => (name === '*' ? words : `<code>${escaped(name)}</code>`);
  return `${all(operation, 'everything')} in ${all(environment, 'every environment')}`;
}

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
  // Without any referrer, a browser would send “null” as the form’s origin, which is checked.
  response.setHeader('Referrer-Policy', 'same-origin');
  sendHtml(response, {
    title: 'Sign in to VS Code',
    // The second source is where the form leads in the end: browsers check redirects too.
    formAction: `'self' ${returnAddress.formAction}`,
    body: `<h1>Let VS Code act for you?</h1>
<p>The Pearsana extension in a VS Code window asks for an access key. Allow this only if you have just chosen Sign In there.</p>
<dl>
<div><dt>You are</dt><dd>${who}</dd></div>
<div><dt>It may use</dt><dd>${caller.grants.map(grantWords).join('<br>')}</dd></div>
<div><dt>For</dt><dd>${hours} ${hours === 1 ? 'hour' : 'hours'}, or until you sign out there</dd></div>
<div><dt>Window</dt><dd>${escaped(returnAddress.words)}</dd></div>
</dl>
<form method="post" action="${consentAnswerPath}">
<input type="hidden" name="word" value="${escaped(word)}">
<button name="answer" value="allow">Allow</button>
<button name="answer" value="deny">Don’t allow</button>
</form>
<p class="soft">Your browser then returns to VS Code, and may ask you first. The key itself never passes through the browser.</p>`,
  });
}

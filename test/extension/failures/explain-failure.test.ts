import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExtensionCode } from '../../../extension/src/failures/command-failure.ts';
import { explain, sentencesOf } from '../../../extension/src/failures/explain-failure.ts';
import { retry as retryStep } from '../../../extension/src/failures/remedies.ts';
import { type ErrorCode, errorCodes } from '../../../shared/error-codes.ts';
import { desktop, failureSample } from '../samples.ts';

const extensionCodes = Object.keys({
  ARGUMENTS_INVALID: true,
  BACKEND_CHANGED: true,
  BACKEND_URL_INVALID: true,
  BFF_NOT_STARTED: true,
  BFF_OUTDATED: true,
  BFF_UNREACHABLE: true,
  CANCELLED: true,
  CONTRACT_BROKEN: true,
  ENVIRONMENT_MISMATCH: true,
  FILE_NOT_USABLE: true,
  IMPORT_NOT_USABLE: true,
  NO_ENVIRONMENT: true,
  NO_SUCH_WRITE: true,
  NOT_SIGNED_IN: true,
  SIGN_IN_DENIED: true,
  SIGN_IN_EXPIRED: true,
  SIGN_IN_TIMED_OUT: true,
  UNEXPECTED: true,
} satisfies Record<ExtensionCode, true>);
const retry = retryStep('pearsana.ping', { environment: 'sandbox' });
const allCodes = [...Object.keys(errorCodes), ...extensionCodes];

describe('the words of a failure', () => {
  for (const code of allCodes) {
    it(`say of ${code} what it is and what to do next`, () => {
      const { short, what, advice, remedies } = explain(failureSample(code), desktop, retry);
      assert(short.length >= 4 && short.length <= 40, short);
      for (const sentence of [what, advice]) assert.match(sentence, /^([A-ZÀ-Þ]|http).+[.?]$/s);
      assert(remedies.length >= 1 && remedies.length <= 3);
      assert(remedies.every(({ title, command }) => title !== '' && command !== undefined));
      assert.doesNotMatch(sentencesOf({ short, what, advice, remedies }), /undefined|\[object|NaN/);
    });
  }

  it('are different for different failures that people must tell apart', () => {
    const apart: ErrorCode[] = [
      'UNAUTHORIZED',
      'CLIENT_CREDENTIALS_REJECTED',
      'SCOPE_NOT_ENABLED',
      'AUTH_UNREACHABLE',
      'AUTH_TIMEOUT',
      'AUTH_BAD_RESPONSE',
      'PARTNER_UNREACHABLE',
      'PARTNER_TIMEOUT',
      'PARTNER_BAD_RESPONSE',
      'PARTNER_ERROR',
      'RATE_LIMITED',
    ];
    const words = apart.map((code) => explain(failureSample(code, { message: `Of ${code}.` }), desktop));
    assert.equal(new Set(words.map(({ short }) => short)).size, apart.length);
    assert.equal(new Set(words.map(({ what }) => what)).size, apart.length);
  });

  it('never advise to repeat a write that may have happened, and keep the system’s codes to the log', () => {
    const message = 'Connection lost before Pearsana (sandbox) answered (ECONNRESET).';
    const lost = explain(failureSample('PARTNER_UNREACHABLE', { message, outcome: 'unknown' }), desktop);
    assert.equal(lost.short, 'connection lost');
    assert.equal(lost.what, 'Connection lost before Pearsana (sandbox) answered.');
    assert.match(lost.advice, /^Ping to see whether Pearsana answers now\. If it does not, ask/);
    const read = explain(failureSample('PARTNER_UNREACHABLE', { message }), desktop);
    assert.match(read.advice, /^Try again in a moment\. If it persists, ask/);
  });

  it('send people to sign in only when the access key is the fault', () => {
    const first = (code: string) => explain(failureSample(code), desktop, retry).remedies[0]?.command;
    assert.equal(first('UNAUTHORIZED'), 'pearsana.signIn');
    assert.equal(first('NOT_SIGNED_IN'), 'pearsana.signIn');
    for (const code of ['CLIENT_CREDENTIALS_REJECTED', 'PARTNER_UNAUTHORIZED', 'SCOPE_NOT_ENABLED']) {
      const { remedies } = explain(failureSample(code), desktop, retry);
      assert(!remedies.some(({ command }) => command === 'pearsana.signIn'), code);
    }
  });

  it('tell what the BFF says of Pearsana, and do not say it in other words', () => {
    for (const code of [
      'SCOPE_NOT_ENABLED',
      'INSUFFICIENT_SCOPE',
      'AUTH_TIMEOUT',
      'PARTNER_ERROR',
      'FORBIDDEN',
    ]) {
      const message = `What is wrong (${code}), and where to mend it.`;
      assert.equal(explain(failureSample(code, { message }), desktop).what, message);
    }
  });

  it('say by its status that Pearsana failed', () => {
    const message = 'Pearsana error 503 (sandbox): “Something broke.” (Pearsana request p-99)';
    const { short, what } = explain(failureSample('PARTNER_ERROR', { message }), desktop);
    assert.deepEqual([short, what], ['Pearsana error 503', message]);
    const ends: [said: string, told: string][] = [
      ['“upstream”', '“upstream”.'],
      ['“upstream” (Pearsana request p-99)', '“upstream” (Pearsana request p-99).'],
      ['“What?”', '“What?”'],
      ['upstream', 'upstream.'],
    ];
    for (const [said, told] of ends) {
      const failure = { code: 'PARTNER_ERROR', message: said, source: 'pearsana', retryable: true } as const;
      assert.equal(explain(failure, desktop).what, told);
    }
  });

  it('name what answers instead of a BFF, and nothing of how it was found out', () => {
    const message =
      'What answers does not speak this client’s contract (status 404; wrong at: error.source).';
    const { what } = explain(failureSample('CONTRACT_BROKEN', { message }), desktop);
    assert.equal(what, 'http://127.0.0.1:8787 is not a Pearsana BFF, or is an incompatible version.');
  });

  it('say how long to wait, and who was called too often', () => {
    const ours = explain(failureSample('RATE_LIMITED', { retryAfterSeconds: 12 }), desktop);
    assert.equal(
      sentencesOf(ours),
      'The BFF received too many calls in a short time. Wait 12 s, then try again.',
    );
    const theirs = explain(failureSample('RATE_LIMITED', { source: 'pearsana' }), desktop);
    assert.match(theirs.what, /^Pearsana /);
    assert.match(theirs.advice, /Wait 60 s/);
  });

  it('pass on the codes that only Pearsana has', () => {
    const failure = failureSample('INVITATION_EXISTS', { source: 'pearsana', message: 'Already invited.' });
    const { short, what } = explain(failure, desktop, retry);
    assert.equal(short, 'INVITATION_EXISTS');
    assert.equal(what, 'Pearsana refused the request: Already invited.');
    for (const code of ['constructor', '__proto__', 'toString']) {
      assert.equal(explain(failureSample(code), desktop).short, code);
    }
  });

  it('offer to try again only where it is known what', () => {
    const titles = (remedies: readonly { title: string }[]) => remedies.map(({ title }) => title);
    assert(titles(explain(failureSample('PARTNER_TIMEOUT'), desktop, retry).remedies).includes('Retry'));
    assert(!titles(explain(failureSample('PARTNER_TIMEOUT'), desktop).remedies).includes('Retry'));
  });

  it('lead from a scope that lacks to all there are, in that environment', () => {
    const { remedies } = explain(failureSample('SCOPE_NOT_ENABLED'), desktop);
    const [show] = remedies;
    assert.deepEqual(show, {
      title: 'Show Scopes',
      command: 'pearsana.scopes',
      argument: { environment: 'sandbox' },
    });
  });

  it('keep the words of others plain', () => {
    const message = 'See\n[this](command:workbench.action.quit) \u202e$(alert)';
    const { what } = explain(failureSample('X', { message }), desktop);
    assert.equal(what, 'The BFF refused the request: See [this] (command:workbench.action.quit) $ (alert).');
  });
});

describe('the words when the BFF doesn’t answer', () => {
  const advice = (situation: Partial<typeof desktop>) =>
    explain(failureSample('BFF_UNREACHABLE'), { ...desktop, ...situation }, retry).advice;
  const machines: [string | undefined, string][] = [
    [undefined, 'this machine'],
    ['ssh-remote', 'the SSH host'],
    ['wsl', 'the WSL distribution'],
    ['dev-container', 'the container'],
    ['codespaces', 'the codespace'],
    ['127.0.0.1:8080', 'the remote machine'],
  ];
  for (const [remoteName, machine] of machines) {
    it(`say to start it on ${machine}`, () => {
      const expected = `Is it running? If not, run “npm start” in the BFF repository on ${machine}.`;
      assert.equal(advice({ remoteName }), expected);
    });
  }

  it('offer to start it where VS Code can run a program there, and always to change the URL', () => {
    const offered = (situation: Partial<typeof desktop>) =>
      explain(failureSample('BFF_UNREACHABLE'), { ...desktop, ...situation }, retry).remedies.map(
        ({ command }) => command,
      );
    const change = 'workbench.action.openSettings';
    assert.deepEqual(offered({}), ['pearsana.startBackend', change]);
    assert.deepEqual(offered({ inBrowser: true }), ['pearsana.ping', change]);
    assert.deepEqual(offered({ backend: 'https://bff.example.com' }), ['pearsana.ping', change]);
  });

  it('don’t send people to their own machine for a BFF elsewhere', () => {
    assert.doesNotMatch(advice({ backend: 'https://bff.example.com' }), /npm start|machine/);
  });

  it('name, in a browser, the other causes that look the same', () => {
    const words = advice({ inBrowser: true, browserOrigin: 'http://127.0.0.1:9000', remoteName: 'x' });
    assert.match(words, /on your browser’s machine/);
    assert.match(words, /BFF_ALLOWED_ORIGINS=http:\/\/127\.0\.0\.1:9000/);
    assert.match(words, /permission to reach your local network/);
    const web = advice({ inBrowser: true, browserOrigin: 'https://v--abc123.vscode-cdn.net' });
    assert.match(web, /BFF_ALLOWED_ORIGINS=vscode-web/);
    assert.match(
      advice({ inBrowser: true, browserOrigin: 'null' }),
      /BFF_ALLOWED_ORIGINS=this page’s origin/,
    );
    const away = advice({
      inBrowser: true,
      browserOrigin: 'https://a.example',
      backend: 'https://bff.example.com',
    });
    assert.doesNotMatch(away, /local network/);
  });
});

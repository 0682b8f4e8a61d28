import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Caller } from '../../../server/callers/caller.ts';
import type { WindowRequest } from '../../../server/window-codes/window-codes.ts';
import { createWindowCodes } from '../../../server/window-codes/window-codes.ts';

const ada: Caller = { id: 'user:ada', kind: 'session', grants: ['sandbox:*'] };
const eve: Caller = { id: 'user:eve', kind: 'session', grants: ['sandbox:ping'] };
const verifier = 'v'.repeat(43);
const challenge = createHash('sha256').update(verifier).digest('base64url');
const request: WindowRequest = {
  challenge,
  state: 's'.repeat(22),
  returnAddress: { uri: 'vscode://x', formAction: 'vscode:', words: 'x' },
};

function setUp() {
  const time = { now: 0 };
  return { time, codes: createWindowCodes(() => time.now) };
}

const yes = () => true;

describe('a window’s code', () => {
  it('is 256 random bits, another one each time', () => {
    const { codes } = setUp();
    const issued = Array.from({ length: 50 }, () => codes.issue(ada, request, yes));
    assert.equal(new Set(issued).size, 50);
    for (const code of issued) assert.match(code, /^[\w-]{43}$/);
  });

  it('is redeemed once, by who has the verifier', () => {
    const { codes } = setUp();
    const code = codes.issue(ada, request, yes);
    assert.deepEqual(codes.redeem(code, verifier), ada);
    assert.equal(codes.redeem(code, verifier), undefined);
  });

  it('is burnt by a wrong verifier, as a window has that did not ask', () => {
    for (const wrong of ['w'.repeat(43), '', challenge, `${verifier}v`]) {
      const { codes } = setUp();
      const code = codes.issue(ada, request, yes);
      assert.equal(codes.redeem(code, wrong), undefined);
      assert.equal(codes.redeem(code, verifier), undefined);
    }
  });

  it('lasts for a minute', () => {
    const { codes, time } = setUp();
    const [early, late] = [codes.issue(ada, request, yes), codes.issue(ada, request, yes)];
    time.now = 59.9;
    assert.deepEqual(codes.redeem(early, verifier), ada);
    time.now = 60.1;
    assert.equal(codes.redeem(late, verifier), undefined);
  });

  it('is nothing that was not given out', () => {
    const { codes } = setUp();
    codes.issue(ada, request, yes);
    for (const code of ['', 'x', challenge]) assert.equal(codes.redeem(code, verifier), undefined);
  });
});

describe('a page that asks', () => {
  it('is answered once, by who saw it', () => {
    const { codes } = setUp();
    const word = codes.ask(ada, request);
    assert.equal(codes.answered(word, eve), undefined);
    assert.deepEqual(codes.answered(word, ada), request);
    assert.equal(codes.answered(word, ada), undefined);
  });

  it('is good for ten minutes', () => {
    const { codes, time } = setUp();
    const word = codes.ask(ada, request);
    time.now = 600.1;
    assert.equal(codes.answered(word, ada), undefined);
  });

  it('are worth nothing once who allowed them has signed out', () => {
    const { codes } = setUp();
    let signedIn = true;
    const code = codes.issue(ada, request, () => signedIn);
    signedIn = false;
    assert.equal(codes.redeem(code, verifier), undefined);
    signedIn = true;
    assert.equal(codes.redeem(code, verifier), undefined);
  });
});

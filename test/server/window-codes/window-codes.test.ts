import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Caller } from '../../../server/callers/caller.ts';
import type { WindowRequest } from '../../../server/window-codes/window-codes.ts';
import { createWindowCodes } from '../../../server/window-codes/window-codes.ts';
import { handleMakes } from '../../support/postgres/handle-makes.ts';

const ada: Caller = { id: 'user:ada', kind: 'session', grants: ['sandbox:*'] };
const eve: Caller = { id: 'user:eve', kind: 'session', grants: ['sandbox:ping'] };
const verifier = 'v'.repeat(43);
const challenge = createHash('sha256').update(verifier).digest('base64url');
const request: WindowRequest = {
  challenge,
  state: 's'.repeat(22),
  returnAddress: { uri: 'vscode://x', formAction: 'vscode:', words: 'x' },
};

/** Codes of one store, or those of several BFFs that share it. */
async function setUp(make: string) {
  const kept = new AsyncDisposableStack();
  const time = { now: 0 };
  const openHandles = (await handleMakes[make]?.open(kept, () => time.now)) ?? assert.fail();
  const codes = createWindowCodes(openHandles);
  return { time, codes, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

const session = { caller: ada, presence: 'in this browser' };

for (const [make, { skip }] of Object.entries(handleMakes)) {
  describe(`a window’s code, kept in ${make}`, { skip }, () => {
    it('is 256 random bits, another one each time', async () => {
      await using set = await setUp(make);
      const { codes } = set;
      const issued = await Promise.all(Array.from({ length: 50 }, () => codes.issue(session, request)));
      assert.equal(new Set(issued).size, 50);
      for (const code of issued) assert.match(code, /^[\w-]{43}$/);
    });

    it('is redeemed once, by who has the verifier', async () => {
      await using set = await setUp(make);
      const { codes } = set;
      const code = await codes.issue(session, request);
      assert.deepEqual(await codes.redeem(code, verifier), session);
      assert.equal(await codes.redeem(code, verifier), undefined);
    });

    it('is burnt by a wrong verifier, as a window has that did not ask', async () => {
      for (const wrong of ['w'.repeat(43), '', challenge, `${verifier}v`]) {
        await using set = await setUp(make);
        const { codes } = set;
        const code = await codes.issue(session, request);
        assert.equal(await codes.redeem(code, wrong), undefined);
        assert.equal(await codes.redeem(code, verifier), undefined);
      }
    });

    it('is redeemed once of all who try at the same moment', async () => {
      await using set = await setUp(make);
      const { codes } = set;
      const code = await codes.issue(session, request);
      const redeemed = await Promise.all(Array.from({ length: 20 }, () => codes.redeem(code, verifier)));
      assert.deepEqual(redeemed.filter(Boolean), [session]);
    });

    it('lasts for a minute', async () => {
      await using set = await setUp(make);
      const { codes, time } = set;
      const [early, late] = [await codes.issue(session, request), await codes.issue(session, request)];
      time.now = 59.9;
      assert.deepEqual(await codes.redeem(early, verifier), session);
      time.now = 60.1;
      assert.equal(await codes.redeem(late, verifier), undefined);
    });

    it('is nothing that was not given out', async () => {
      await using set = await setUp(make);
      const { codes } = set;
      await codes.issue(session, request);
      for (const code of ['', 'x', challenge]) assert.equal(await codes.redeem(code, verifier), undefined);
    });
  });

  describe(`a page that asks, kept in ${make}`, { skip }, () => {
    it('is answered once, by who saw it', async () => {
      await using set = await setUp(make);
      const { codes } = set;
      const word = await codes.ask(ada, request);
      assert.equal(await codes.answered(word, eve), undefined);
      assert.deepEqual(await codes.answered(word, ada), request);
      assert.equal(await codes.answered(word, ada), undefined);
    });

    it('is good for ten minutes', async () => {
      await using set = await setUp(make);
      const { codes, time } = set;
      const word = await codes.ask(ada, request);
      time.now = 600.1;
      assert.equal(await codes.answered(word, ada), undefined);
    });
  });
}

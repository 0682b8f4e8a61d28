import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What `npm test -- …` does with these words, called in the project's own folder. */
async function run(...words: string[]) {
  const { INIT_CWD: _callersOwn, ...env } = process.env;
  const child = spawn(process.execPath, ['test/run.ts', ...words], { cwd: root, env });
  const closed = once(child, 'close');
  const [output, complaint] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code]: (number | null)[] = await closed;
  return { code, lastLine: output.trimEnd().split('\n').at(-1), complaint };
}

describe('npm test with words after it', () => {
  it('runs the files that they name, and says last how many tests passed', async () => {
    const { code, lastLine } = await run('test/server/error-code.test.ts', 'test/shared/errors.test.ts');
    assert.equal(code, 0);
    const [, passed] = /^(\d+) passed, 0 failed$/.exec(String(lastLine)) ?? assert.fail(lastLine);
    const { lastLine: ofOne } = await run('test/server/error-code.test.ts');
    const [, fewer] = /^(\d+) passed, 0 failed$/.exec(String(ofOne)) ?? assert.fail(ofOne);
    assert(Number(fewer) > 0 && Number(fewer) < Number(passed), `${fewer} of ${passed}`);
  });

  for (const { what, word, complaint } of [
    { what: 'a file that does not exist', word: 'test/nowhere.test.ts', complaint: /^There is no file test/ },
    { what: 'a file that is no test', word: 'server/main.ts', complaint: /^server\/main\.ts is not a test/ },
    { what: 'a folder without tests', word: 'server/docs', complaint: /^There is no test file in server/ },
    { what: 'a part that does not exist', word: 'units', complaint: /the parts are check, postgres, unit, / },
  ]) {
    it(`says in words that it is given ${what}, and runs nothing`, async () => {
      const answer = await run('test/server/error-code.test.ts', word);
      assert.deepEqual([answer.code, answer.lastLine], [1, '']);
      assert.match(answer.complaint, complaint);
      assert.doesNotMatch(answer.complaint, /\n\s+at /);
    });
  }
});

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { BffError } from '../../server/bff-error.ts';
import { createLog } from '../../server/log.ts';

const context = { requestId: 'an-id', address: '192.0.2.1', waiter: { isGone: false } };
const end = { method: 'GET', status: 200, durationMs: 1.5 };

function log(level = 'trace') {
  const lines: string[] = [];
  return {
    log: createLog(level, { write: (line) => void lines.push(line) }),
    entries: () => lines.map((line): Record<string, unknown> => JSON.parse(line)),
    text: () => lines.join(''),
  };
}

describe('the log', () => {
  it('has one line a request, with these fields and no others', () => {
    const { log: its, entries } = log();
    const caller = { id: 'access-key', kind: 'access-key', grants: ['*:*'] } as const;
    // Other fields of a context must not appear in the line.
    const more = { authorization: 'canary', body: 'canary' };
    its.request(
      { ...context, ...more, operation: 'ping', environment: 'sandbox', caller, partnerMs: 1 },
      end,
    );
    const [{ time, ...rest } = {}] = entries();
    assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.deepEqual(rest, {
      level: 'info',
      requestId: 'an-id',
      address: '192.0.2.1',
      method: 'GET',
      operation: 'ping',
      environment: 'sandbox',
      caller: 'access-key',
      status: 200,
      durationMs: 1.5,
      partnerMs: 1,
      msg: 'request',
    });
  });

  for (const { what, status, operation, code, level } of [
    { what: 'an operation', status: 200, operation: 'ping', level: 'info' },
    { what: 'a question about the BFF itself', status: 200, operation: undefined, level: 'debug' },
    { what: 'what the caller did wrong', status: 404, operation: undefined, level: 'info' },
    {
      what: 'one wrong key of too many',
      status: 429,
      operation: 'ping',
      code: 'RATE_LIMITED',
      level: 'debug',
    },
    { what: 'a failure', status: 502, operation: 'ping', level: 'warn' },
    { what: 'a caller who went away', status: null, operation: 'ping', level: 'warn' },
  ] as {
    what: string;
    status: number | null;
    operation: string | undefined;
    code?: string;
    level: string;
  }[]) {
    it(`gives ${what} level ${level}`, () => {
      const { log: its, entries } = log();
      its.request({ ...context, operation, ...(code && { code }) }, { ...end, status });
      assert.equal(entries()[0]?.level, level);
    });
  }

  const withSecret = new Error('canary in a message', { cause: new Error('canary in a cause') });
  for (const [what, error, name] of [
    ['an error', Object.assign(withSecret, { response: 'canary', config: { headers: 'canary' } }), 'Error'],
    ['an error over two lines', new TypeError('canary\n    at canary, as if it were a place'), 'TypeError'],
    ['our own error', BffError.of('INTERNAL', 'canary', { details: 'canary' }), 'BffError'],
    ['a string', 'canary', 'string'],
    ['an object', { canary: 'canary' }, 'object'],
    ['nothing', undefined, 'undefined'],
  ] as const) {
    it(`tells of ${what} by kind and place, without its words`, () => {
      const { log: its, entries, text } = log();
      its.unexpected(error, 'an-id');
      const [entry = {}] = entries();
      assert.deepEqual([entry.level, entry.name, entry.requestId], ['error', name, 'an-id']);
      if (error instanceof Error) assert.match(JSON.stringify(entry.at), /log\.test\.ts:\d+/);
      assert.doesNotMatch(text(), /canary/);
    });
  }

  it('is as quiet as its level', () => {
    const { log: its, text } = log('error');
    its.request({ ...context, operation: 'ping' }, end);
    its.ready({
      url: 'http://127.0.0.1:1',
      publicUrl: undefined,
      environments: ['sandbox'],
      accessKeyFile: undefined,
    });
    its.warn('careful');
    assert.equal(text(), '');
  });

  for (const [how, end, status] of [
    ['when it has nothing more to do', '', 0],
    ['at once', 'process.exit(0);', 0],
    ['in haste', 'process.exit(1);', 1],
    ['by a fault that nobody caught', 'throw new Error();', 1],
  ] as const) {
    it(`has written every line, in their order, when the program ends ${how}`, () => {
      const program = `
        import { createLog } from ${JSON.stringify(import.meta.resolve('../../server/log.ts'))};
        const log = createLog('info');
        for (let line = 0; line < 500; line += 1) log.warn(String(line));
        ${end}`;
      const flags = ['--input-type=module', '--eval', program];
      const ended = spawnSync(process.execPath, flags, { encoding: 'utf8' });
      assert.equal(ended.status, status);
      const lines = ended.stdout.trim().split('\n');
      assert.deepEqual(
        lines.map((line) => Number(JSON.parse(line).msg)),
        Array.from({ length: 500 }, (_, line) => line),
      );
    });
  }

  it('does not keep a program from ending when nobody reads the log any more', async () => {
    const program = `
      import { createLog } from ${JSON.stringify(import.meta.resolve('../../server/log.ts'))};
      await new Promise((resolve) => process.stdin.once('end', resolve).resume());
      createLog('info').warn('unread');
      process.exit(0);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: 60_000,
    });
    child.stdout.destroy();
    child.stdin.end();
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });
});

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { callLine, createCallLog, type LoggedCall } from '../../extension/src/call-log.ts';

const call: LoggedCall = {
  operation: 'ping',
  environment: 'sandbox',
  status: 200,
  code: undefined,
  durationMs: 33.6,
  requestId: 'r-1',
};

it('a call is one line', () => {
  assert.equal(callLine(call), 'ping  sandbox  200  ok  34 ms  request r-1');
  const refused = { ...call, status: 504, code: 'PARTNER\nTIMEOUT', requestId: 'r\r\n2' };
  assert.equal(callLine(refused), 'ping  sandbox  504  PARTNER TIMEOUT  34 ms  request r 2');
  const unanswered = { ...call, environment: undefined, status: undefined, code: 'unreachable' };
  assert.equal(callLine(unanswered), 'ping  -  -  unreachable  34 ms  request r-1');
});

it('a failed call is a warning', () => {
  const lines: string[] = [];
  const log = createCallLog({
    info: (line) => lines.push(`info ${line.slice(0, 4)}`),
    warn: (line) => lines.push(`warn ${line.slice(0, 4)}`),
  });
  log(call);
  log({ ...call, code: 'BUSY' });
  assert.deepEqual(lines, ['info ping', 'warn ping']);
});

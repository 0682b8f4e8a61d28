import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { createLog } from '../../../server/log.ts';
import { readableLines } from '../../../server/program/readable-lines.ts';

const context = { requestId: 'an-id', address: '192.0.2.1', waiter: { isGone: false } };
const end = { method: 'GET', status: 200, durationMs: 12.4 };
const caller = { id: 'ada', kind: 'access-key', grants: ['*:*'] } as const;

function lines() {
  const written: string[] = [];
  const log = createLog('debug', readableLines({ write: (line) => void written.push(line) }));
  /** Without the time and the colours. */
  return {
    log,
    text: () => stripVTControlCharacters(written.join('')).replaceAll(/^\d\d:\d\d:\d\d {2}/gm, ''),
  };
}

describe('the log on a terminal', () => {
  it('has a line a request: what, where, by whom, and how it ended', () => {
    const { log, text } = lines();
    log.request({ ...context, operation: 'ping', environment: 'sandbox', caller }, end);
    log.request({ ...context, operation: undefined, path: '/docs' }, end);
    log.request({ ...context, operation: 'ping', environment: 'sandbox', caller }, { ...end, status: null });
    assert.deepEqual(text().split('\n'), [
      '✔ ping in sandbox by ada  12 ms',
      '✔ GET /docs  12 ms',
      '! ping in sandbox by ada: the caller went away  12 ms',
      '',
    ]);
  });

  it('names the code and the request of a failure', () => {
    const { log, text } = lines();
    const failed = { ...context, operation: 'ping', environment: 'sandbox', caller };
    log.request({ ...failed, code: 'FORBIDDEN' }, { ...end, status: 403 });
    log.request({ ...failed, code: 'PARTNER_TIMEOUT' }, { ...end, status: 504 });
    assert.equal(
      text(),
      '! ping in sandbox by ada: 403 FORBIDDEN  12 ms  request an-id\n✖ ping in sandbox by ada: 504 PARTNER_TIMEOUT  12 ms  request an-id\n',
    );
  });

  it('shows the sentences of the rest of the log as they are', () => {
    const { log, text } = lines();
    log.shutdown('SIGINT');
    log.warn('Look at the disk.');
    assert.equal(text(), 'shutting down: SIGINT\n! Look at the disk.\n');
  });

  it('moves no cursor, whatever a text holds', () => {
    const { log, text } = lines();
    log.warn('a\u001b[2Jb\u0007c\u202ed\ne');
    assert.equal(text(), '! a [2Jb c d e\n');
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { changeAccessFile } from '../../server/callers/access-file.ts';
import { defaultFileLimits } from '../../shared/documents.ts';
import { bodyCapOf } from '../../shared/endpoint-row.ts';
import { endpoints } from '../../shared/endpoints.ts';
import { addKeys } from '../support/bff/add-keys.ts';
import { failureIn, startBffWith } from '../support/bff/test-bff.ts';
import { startFaultServer } from '../support/partner/fault-server.ts';
import { operationPath } from '../support/requests/paths.ts';
import { samples, type WriteName } from '../support/requests/write-samples.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

/** A BFF with keys for two callers, who may do everything in the sandbox. */
async function twoCallers() {
  await using stack = new AsyncDisposableStack();
  const data = stack.use(temporaryFolder()).path;
  const keys = await addKeys(data, { ada: ['sandbox:*'], bob: ['sandbox:*'] });
  const partner = stack.use(await startFaultServer());
  const bff = stack.use(await startBffWith({ sandbox: partner }, { BFF_DATA_DIR: data }));
  const kept = stack.move();
  return { data, keys, partner, bff, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** Begins a request with a body of this length, over its own connection. */
async function begin(url: string, path: string, key: string, length: number) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').setEncoding('utf8');
  await once(socket, 'connect');
  let answer = '';
  socket.on('data', (text) => {
    answer += text;
  });
  socket.on('error', () => {});
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`,
  );
  return {
    answer: () => answer,
    write: (text: string) => socket.write(text),
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

describe('one caller', () => {
  it('who trickles nine batches at once leaves room for the documents of others', async () => {
    await using here = await twoCallers();
    using stack = new DisposableStack();
    // Begin nine batches, and fill the remaining room with documents.
    const names = [...Array(9).fill('submitDocumentBatch'), ...Array(3).fill('submitDocument')] as const;
    const uploads: Awaited<ReturnType<typeof begin>>[] = [];
    for (const name of names) {
      const length = bodyCapOf(endpoints[name as WriteName], defaultFileLimits);
      const path = operationPath(name, 'sandbox');
      const upload = stack.use(await begin(here.bff.url, path, here.keys.ada, length));
      upload.write(' '.repeat(100_000));
      uploads.push(upload);
    }
    await until('some of them are refused', () => uploads.some((each) => each.answer().includes('BUSY')));
    const request = { ...samples.submitDocument.least, file: Buffer.alloc(9_000_000).toString('base64') };
    const answer = await here.bff.call(operationPath('submitDocument', 'sandbox'), {
      method: 'POST',
      headers: { authorization: `Bearer ${here.keys.bob}`, 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    assert.notEqual(answer.status, 503, answer.text);
    assert.equal(here.partner.api.arrivals.length, 1);
  });

  it('whose key is removed while an upload arrives can no longer send it', async () => {
    await using here = await twoCallers();
    const body = JSON.stringify(samples.createUser.whole);
    const path = operationPath('createUser', 'sandbox');
    for (const change of ['removed', 'denied'] as const) {
      const name = change === 'removed' ? 'ada' : 'bob';
      using upload = await begin(here.bff.url, path, here.keys[name], Buffer.byteLength(body));
      upload.write(body.slice(0, 20));
      const read = here.bff.logLines.length;
      await changeAccessFile(here.data, (keys) =>
        change === 'removed'
          ? keys.filter((each) => each.name !== name)
          : keys.map((each) => ({ ...each, grants: ['sandbox:ping'] })),
      );
      await until('the BFF has read the keys anew', () =>
        here.bff.logLines.slice(read).some((line) => line.includes('its keys are now valid')),
      );
      upload.write(body.slice(20));
      await until('it is answered', () => upload.answer().includes('}}'));
      const [status, code] = change === 'removed' ? [401, 'UNAUTHORIZED'] : [403, 'FORBIDDEN'];
      assert.match(
        upload.answer(),
        new RegExp(`^HTTP/1.1 ${status} [\\s\\S]*"${code}".*"outcome":"not_sent"`),
      );
    }
    assert.deepEqual(here.partner.api.arrivals, []);
    assert.equal(failureIn(await here.bff.call('/api/nothing')).code, 'NOT_FOUND');
  });
});

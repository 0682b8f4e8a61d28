import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultFileLimits } from '../../../../shared/documents.ts';
import { bodyCapOf, isWrite } from '../../../../shared/endpoint-row.ts';
import { environmentsAnswer } from '../../../../shared/environments.ts';
import { type OperationName, operationNames, operations } from '../../../../shared/operations.ts';
import { type Answer, failureIn, startBffWith } from '../../../support/bff/test-bff.ts';
import { startFaultServer } from '../../../support/partner/fault-server.ts';
import { samples, writeNames } from '../../../support/requests/write-samples.ts';
import { postWrite } from '../post-write.ts';

const megabyte = 1024 * 1024;
const document = (bytes: number) => ({
  ...samples.submitDocument.least,
  file: Buffer.alloc(bytes).toString('base64'),
});
const batch = (...sizes: number[]) => ({
  items: sizes.map((bytes, index) => ({ ...document(bytes), itemId: `item-${index}` })),
});

test('the size of documents', async (t) => {
  await using partner = await startFaultServer();
  await using bff = await startBffWith(
    { sandbox: partner },
    { MAX_DOCUMENT_BYTES: String(megabyte), MAX_BATCH_BYTES: '2500000' },
  );

  t.afterEach(() => {
    partner.api.arrivals.length = 0;
    partner.auth.arrivals.length = 0;
  });

  function assertTooLarge(answer: Answer, ...issues: { path: string; message: string }[]): void {
    const { code, outcome, source, retryable, details, message } = failureIn(answer);
    assert.deepEqual(
      [answer.status, code, outcome, source, retryable],
      [413, 'PAYLOAD_TOO_LARGE', 'not_sent', 'bff', false],
    );
    const errors = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
    assert.deepEqual(details, { errors, issues });
    assert.equal(message, errors.join('. '));
    // No token was asked for either.
    assert.deepEqual([partner.api.arrivals, partner.auth.arrivals], [[], []]);
  }

  await t.test('is told to whoever wants to send some', async () => {
    const { fileLimits } = environmentsAnswer.parse((await bff.call('/api/environments')).body);
    assert.deepEqual(fileLimits, { document: megabyte, batch: 2_500_000 });
  });

  // It comes first, while no token is kept.
  await t.test('is one byte too many: 413 by name, and nothing is sent or asked for', async () => {
    const message = 'has 1,048,577 bytes, and a document may have 1 MB';
    const single = await postWrite(bff, 'submitDocument', JSON.stringify(document(megabyte + 1)));
    assertTooLarge(single, { path: 'file', message });
    const one = await postWrite(bff, 'submitDocumentBatch', JSON.stringify(batch(1, megabyte + 1, 1)));
    assertTooLarge(one, { path: 'items[1].file', message });
    const two = await postWrite(
      bff,
      'submitDocumentBatch',
      JSON.stringify(batch(megabyte + 1, megabyte + 1)),
    );
    assertTooLarge(two, { path: 'items[0].file', message }, { path: 'items[1].file', message });
  });

  await t.test('is too much in all, though no document is too large', async () => {
    const message =
      'The documents have 2,500,001 bytes in all, and a batch may have 2,500,000 bytes: send them in several.';
    const answer = await postWrite(
      bff,
      'submitDocumentBatch',
      JSON.stringify(batch(megabyte, megabyte, 2_500_001 - 2 * megabyte)),
    );
    assertTooLarge(answer, { path: '', message });
  });

  await t.test(
    'is so much that the body is not read: 413 in the same words, whether or not it says its length',
    async () => {
      const single = JSON.stringify(document(2 * megabyte));
      const several = JSON.stringify(batch(megabyte, megabyte, 3 * megabyte));
      for (const answer of [
        await postWrite(bff, 'submitDocument', single),
        await postWrite(bff, 'submitDocument', single, { 'transfer-encoding': 'chunked' }),
      ]) {
        const { code, outcome, message } = failureIn(answer);
        assert.deepEqual([answer.status, code, outcome], [413, 'PAYLOAD_TOO_LARGE', 'not_sent']);
        assert.match(
          message,
          /^The body is larger than [\d,]+ bytes: a document may have 1 MB, before base64\.$/,
        );
      }
      const { message } = failureIn(await postWrite(bff, 'submitDocumentBatch', several));
      assert.match(message, /: the documents of a batch may have 2,500,000 bytes in all, .* in several\.$/);
      assert.deepEqual([partner.api.arrivals, partner.auth.arrivals], [[], []]);
    },
  );

  await t.test('may be exactly the limit', async () => {
    const single = await postWrite(bff, 'submitDocument', JSON.stringify(document(megabyte)));
    assert.equal(single.status, 200, single.text.slice(0, 300));
    const many = await postWrite(
      bff,
      'submitDocumentBatch',
      JSON.stringify(batch(megabyte, megabyte, 2_500_000 - 2 * megabyte)),
    );
    assert.equal(many.status, 200, many.text.slice(0, 300));
    assert.equal(partner.api.arrivals.length, 2);
  });

  await t.test('leaves room for the form beside it, and for the form of each item', () => {
    const capOf = (name: OperationName) => bodyCapOf(operations[name], defaultFileLimits);
    const reads = operationNames.filter((name) => !isWrite(operations[name]));
    assert.deepEqual([...new Set(reads.map(capOf))], [0]);
    const ten = 13_981_016;
    const twentyFive = 34_952_536;
    const caps = Object.fromEntries(writeNames.map((name) => [name, capOf(name)]));
    assert.deepEqual(caps, {
      createUser: 65_536,
      createInvitation: 65_536,
      submitDocument: ten + 65_536,
      submitDocumentBatch: twentyFive + 25 * 65_536,
    });
  });
});

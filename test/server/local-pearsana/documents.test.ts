import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLocalPearsana } from '../../../server/local-pearsana/start-local-pearsana.ts';
import { callApi, postJson, type Reply, tokenFor, versioned } from './call-local-pearsana.ts';

const submit = '/v1/documents:submit';
const submitBatch = '/v1/documents:submitBatch';
const storing = ['pearsana-partner/partners.documents:write', 'pearsana-partner/partners.externalRefs:read'];
const verifying = [...storing, 'pearsana-partner/partners.verifications:write'];
const ada = { namespace: 'SIS', externalId: 'ada' };
const nobody = { namespace: 'SIS', externalId: 'nobody' };
const document = { externalReference: ada, documentType: 'DIPLOMA', file: btoa('a diploma') };
const attest = { verificationIntent: 'attest', attestationReferenceId: 'A-1' };

test('the documents of the local Pearsana', async (t) => {
  await using pearsana = await startLocalPearsana({ mostDocumentBytes: 1_000_000 });
  const token = await tokenFor(pearsana);
  const identity = { email: 'ada@example.com', firstName: 'Ada', lastName: 'L', roleName: 'student' };
  await postJson(pearsana, token, '/v1/users', { identity, externalReferences: [ada] });

  const errorOf = ({ body }: Reply) => body.error as { code: string; details?: Record<string, unknown> };

  await t.test(
    'are received for a user who exists, and told apart by an id; the file itself does not come back',
    async () => {
      const sent = { ...document, filename: 'Diploma.PDF', verificationMetadata: { a: 1 } };
      const { status, body } = await postJson(pearsana, token, submit, sent);
      assert.equal(status, 201);
      const { documentId, creationDateTime, ...rest } = body.document as Record<string, unknown>;
      assert.match(String(documentId), /^doc_[0-9a-f]{32}$/);
      assert.equal(new Date(String(creationDateTime)).toISOString(), creationDateTime);
      assert.deepEqual(rest, {
        status: 'received',
        externalReference: ada,
        documentType: 'DIPLOMA',
        filename: 'Diploma.PDF',
        mimeType: 'application/pdf',
        sizeBytes: 9,
        verificationIntent: 'store_only',
      });
      assert.equal(body.verification, undefined);
    },
  );

  for (const [filename, mimeType] of [
    [undefined, 'application/octet-stream'],
    ['', 'application/octet-stream'],
    ['transcript', 'application/octet-stream'],
    ['.pdf', 'application/octet-stream'],
    ['a.constructor', 'application/octet-stream'],
    ['a.pdf.jpeg', 'image/jpeg'],
    ['a.png', 'image/png'],
  ] as const) {
    await t.test(`are ${mimeType} with the name ${filename}`, async () => {
      const sent = { ...document, ...(filename !== undefined && { filename }) };
      const { body } = await postJson(pearsana, token, submit, sent);
      assert.equal((body.document as Record<string, unknown>).mimeType, mimeType);
    });
  }

  await t.test('begin a verification where their intent is another than to store them', async () => {
    for (const intent of [attest, { verificationIntent: 'something else' }]) {
      const { status, body } = await postJson(pearsana, token, submit, { ...document, ...intent });
      assert.equal(status, 201);
      assert.match(
        JSON.stringify(body.verification),
        /"verificationId":"ver_[0-9a-f]{32}","status":"pending"/,
      );
    }
  });

  await t.test('need the scope of verifications for that, and only then', async () => {
    const items = (...intents: object[]) => ({
      items: intents.map((intent, index) => ({ ...document, ...intent, itemId: String(index) })),
    });
    const storingToken = await tokenFor(pearsana, ...storing);
    const storeOnly = { verificationIntent: 'store_only' };
    for (const [path, body, status] of [
      [submit, document, 201],
      [submit, { ...document, ...storeOnly }, 201],
      [submit, { ...document, ...attest }, 403],
      [submitBatch, items({}, storeOnly), 201],
      [submitBatch, items({}, attest, storeOnly), 403],
    ] as const) {
      const reply = await postJson(pearsana, storingToken, path, body);
      assert.equal(reply.status, status);
      if (status === 201) continue;
      const { code, details } = errorOf(reply);
      assert.equal(code, 'INSUFFICIENT_SCOPE');
      assert.deepEqual(details, { requiredScopes: verifying, providedScopes: storing });
    }
    const verifyingToken = await tokenFor(pearsana, ...verifying);
    assert.equal((await postJson(pearsana, verifyingToken, submitBatch, items(attest))).status, 201);
  });

  await t.test('are of nobody where no user has the external reference: 404', async () => {
    const reply = await postJson(pearsana, token, submit, { ...document, externalReference: nobody });
    assert.deepEqual([reply.status, errorOf(reply).code], [404, 'USER_NOT_FOUND']);
  });

  await t.test('of a batch succeed and fail one by one, in their order', async () => {
    const items = [
      { ...document, itemId: 'a', partnerReferenceId: 'P-1', metadata: { any: 'thing' } },
      { ...document, itemId: 'b', externalReference: nobody },
      { ...document, itemId: 'c', ...attest },
    ];
    const { status, body } = await postJson(pearsana, token, submitBatch, { items });
    assert.equal(status, 207);
    const results = body.results as Record<string, unknown>[];
    assert.deepEqual(
      results.map(({ itemId, status, partnerReferenceId }) => [itemId, status, partnerReferenceId]),
      [
        ['a', 'accepted', 'P-1'],
        ['b', 'failed', undefined],
        ['c', 'accepted', undefined],
      ],
    );
    assert.match(JSON.stringify(results[0]?.document), /"documentId":"doc_/);
    assert.match(JSON.stringify(results[1]?.error), /"code":"USER_NOT_FOUND"/);
    assert.match(JSON.stringify(results[2]?.verification), /"verificationId":"ver_/);
  });

  const file = 'file must be base64 with padding, in one line.';
  for (const [changed, fault] of [
    [{ file: 'QQ' }, file],
    [{ file: 'QR==' }, file],
    [{ file: 'Q-_=' }, file],
    [{ file: ' QQ==' }, file],
    [{ file: '' }, 'file must not be blank.'],
    [{ file: 5 }, file],
    [{ filename: 'x'.repeat(256) }, 'filename must have at most 255 characters.'],
    [{ documentType: ' ' }, 'documentType must not be blank.'],
    [{ verificationIntent: ' ' }, 'verificationIntent must be a string that is not blank.'],
    [
      { attestationReferenceId: 'A-1' },
      'attestationReferenceId is valid only with the verificationIntent "attest".',
    ],
    [{ verificationMetadata: [] }, 'verificationMetadata must be an object.'],
    [
      { verificationMetadata: { a: Array(1_000).fill(0) } },
      'verificationMetadata must hold at most 1000 values.',
    ],
    [
      { verificationMetadata: JSON.parse(`${'{"a":'.repeat(20)}{}${'}'.repeat(20)}`) },
      'verificationMetadata must be nested at most 20 deep.',
    ],
    [{ itemId: 'a' }, 'itemId is not a known field.'],
  ] as const) {
    await t.test(`are refused with ${JSON.stringify(changed).slice(0, 60)}`, async () => {
      const reply = await postJson(pearsana, token, submit, { ...document, ...changed });
      assert.deepEqual([reply.status, errorOf(reply).details], [400, { errors: [fault] }]);
    });
  }

  await t.test('are refused as a batch with an item twice, with none, or with too many', async () => {
    const item = { ...document, itemId: 'a' };
    for (const [items, fault] of [
      [[item, item], 'items must not have the itemId "a" more than once.'],
      [[], 'items must be a non-empty array.'],
      [Array(26).fill(item), 'items must have at most 25 entries.'],
    ] as const) {
      const reply = await postJson(pearsana, token, submitBatch, { items });
      assert.deepEqual([reply.status, errorOf(reply).details], [400, { errors: [fault] }]);
    }
  });

  await t.test('may be as large as it is told, and are not kept among the arrivals', async () => {
    const sent = (bytes: number) => {
      const text = JSON.stringify({ ...document, file: btoa('x'.repeat(300_000)) });
      return text + ' '.repeat(bytes - text.length);
    };
    const headers = versioned(token);
    assert.equal((await callApi(pearsana, 'POST', submit, { headers, body: sent(1_000_000) })).status, 201);
    assert.equal(pearsana.arrivals.at(-1)?.body, undefined);
    const reply = await callApi(pearsana, 'POST', submit, { headers, body: sent(1_000_001) });
    assert.deepEqual([reply.status, errorOf(reply).code], [413, 'PAYLOAD_TOO_LARGE']);
    await postJson(pearsana, token, submit, document);
    assert.deepEqual(pearsana.arrivals.at(-1)?.body, document);
  });
});

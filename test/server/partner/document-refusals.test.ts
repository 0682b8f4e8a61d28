import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { documentedScopes } from '../../../server/local-pearsana/scopes.ts';
import { type CallOptions, createClient } from '../../../shared/client.ts';
import { ClientError } from '../../../shared/client-error.ts';
import { startBffWith, startTestBff, type TestBff } from '../../support/bff/test-bff.ts';
import { startFaultServer } from '../../support/partner/fault-server.ts';
import { samples } from '../../support/requests/write-samples.ts';

type Refusal = { status: number | undefined; code: string | undefined; message: string };

const clientOf = ({ url, accessKey }: TestBff) => createClient({ baseUrl: url, accessKey });
const document = samples.submitDocument.least;
const createFirst =
  'No user has this external reference. Create the user first, then submit the document again.';

async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  const error = await call.then(
    () => assert.fail('It did not fail.'),
    (thrown: unknown) => thrown,
  );
  assert(error instanceof ClientError, String(error));
  return { status: error.status, code: error.failure?.code, message: error.message };
}

test('documents from the typed client to the local Pearsana', async (t) => {
  const withoutVerifications = documentedScopes.filter((scope) => !scope.includes('verifications'));
  await using bff = await startTestBff({ pearsana: { enabledScopes: withoutVerifications } });

  const submit = (options: Partial<CallOptions<'submitDocument'>> = {}) =>
    clientOf(bff).submitDocument({ environment: 'sandbox', request: document, ...options });

  // It comes first, while there is no user.
  await t.test(
    'are refused while no user has that external reference, and the words say what comes first',
    async () => {
      const refusal = await refusalOf(submit());
      const message = `No user has the external reference SIS S-1. ${createFirst}`;
      assert.deepEqual(refusal, { status: 404, code: 'USER_NOT_FOUND', message });
      const { result, partner } = await clientOf(bff).submitDocumentBatch({
        environment: 'sandbox',
        request: samples.submitDocumentBatch.least,
      });
      assert.equal(partner.status, 207);
      assert.match(JSON.stringify(result), /"itemId":"1","status":"failed","error":{"code":"USER_NOT_FOUND"/);
    },
  );

  await t.test('are taken once there is one', async () => {
    await clientOf(bff).createUser({ environment: 'sandbox', request: samples.createUser.least });
    const { result, partner } = await submit({ request: { ...document, filename: 'a.pdf' } });
    assert.equal(partner.status, 201);
    assert.match(JSON.stringify(result), /"documentId":"doc_.*"mimeType":"application\/pdf"/);
  });

  await t.test(
    'are not sent for verification where that scope is not enabled, and the words say where it can be',
    async () => {
      const before = bff.pearsana.arrivals.length;
      const request = { ...document, verificationIntent: 'attest' };
      const { status, code, message } = await refusalOf(submit({ request }));
      assert.deepEqual([status, code], [502, 'SCOPE_NOT_ENABLED']);
      assert.match(message, /partners\.verifications:write .*Developer → App Clients/);
      assert.equal(bff.pearsana.arrivals.length, before);
    },
  );
});

describe('a refusal of documents by Pearsana', () => {
  it('says what comes first with whatever body a 404 has, and for a document alone', async () => {
    await using partner = await startFaultServer();
    await using bff = await startBffWith({ sandbox: partner });
    partner.api.always({ status: 404, body: 'a page' });
    const environment = 'sandbox';
    const plain = 'Pearsana (sandbox) refused the request (status 404).';
    for (const call of [
      clientOf(bff).submitDocument({ environment, request: document }),
      clientOf(bff).submitDocumentBatch({ environment, request: samples.submitDocumentBatch.least }),
    ]) {
      assert.equal((await refusalOf(call)).message, `${plain} ${createFirst}`);
    }
    const user = clientOf(bff).createUser({ environment, request: samples.createUser.least });
    assert.equal((await refusalOf(user)).message, plain);
  });

  it('is told with Pearsana’s request id where that is not ours, if it is one', async () => {
    await using partner = await startFaultServer();
    await using bff = await startBffWith({ sandbox: partner });
    const requestId = 'mine';
    const error = (id: string) => ({ error: { code: 'A', message: 'B.', requestId: id } });
    for (const [reply, message] of [
      [{ body: error('theirs-1') }, 'B. (Pearsana request theirs-1)'],
      [{ body: error('mine') }, 'B.'],
      [{ body: error('<b>') }, 'B.'],
      [{ body: error('x'.repeat(129)) }, 'B.'],
      [
        { body: 'a page', headers: { 'x-request-id': 'theirs-2' } },
        'Pearsana (sandbox) refused the request (status 409). (Pearsana request theirs-2)',
      ],
    ] as const) {
      partner.api.next({ status: 409, ...reply });
      const call = clientOf(bff).submitDocument({ environment: 'sandbox', requestId, request: document });
      assert.equal((await refusalOf(call)).message, message);
    }
  });
});

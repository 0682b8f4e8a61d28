import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addKeys } from '../../support/bff/add-keys.ts';
import { failureIn, startBffWith } from '../../support/bff/test-bff.ts';
import { fillShareOf } from '../../support/bff/test-store.ts';
import { invited, startFaultServer } from '../../support/partner/fault-server.ts';
import { samples } from '../../support/requests/write-samples.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { shortly, write } from './write-with-key.ts';

test('the limits of the journal', async (t) => {
  await using partner = await startFaultServer();
  partner.api.always({ status: 201, body: invited });

  await t.test('refuse more references than fit into a row, and say so', async () => {
    await using bff = await startBffWith({ sandbox: partner });
    const send = (count: number) => {
      const externalReferences = Array.from({ length: count }, (_, number) => ({
        namespace: `${number}`.padEnd(200, 'n'),
        externalId: 'x'.repeat(200),
      }));
      return write(bff, { name: 'createUser', request: { ...samples.createUser.least, externalReferences } });
    };
    assert.equal(shortly(await send(30)), '201');
    const refused = await send(40);
    assert.equal(shortly(refused), '400 VALIDATION_ERROR not_sent');
    assert.match(
      failureIn(refused).message,
      /externalReferences: must take at most 14,336 bytes .* these take 17,/,
    );
    assert.equal(partner.api.count('/v1/users'), 1);
  });

  await t.test('refuse a caller who has filled their share, and nobody else', async () => {
    using folder = temporaryFolder();
    const grants = ['sandbox:createInvitation'];
    const { ada, grace } = await addKeys(folder.path, { ada: grants, grace: grants });
    await using bff = await startBffWith({ sandbox: partner }, { BFF_DATA_DIR: folder.path });
    const send = (caller: string, key: string) =>
      write(bff, { key, headers: { authorization: `Bearer ${caller}` } });
    assert.equal(shortly(await send(ada, 'first')), '201');
    await fillShareOf(folder.path, 'ada');
    const before = partner.api.count('/v1/invitations');
    const refused = await send(ada, 'second');
    assert.equal(shortly(refused), '503 JOURNAL_UNAVAILABLE not_sent retryable');
    assert.match(failureIn(refused).message, /your writes of the last 30 days take 100 MB/);
    assert.equal(shortly(await send(ada, 'first')), '201 replayed');
    assert.equal(partner.api.count('/v1/invitations'), before);
    assert.equal(shortly(await send(grace, 'second')), '201');
  });
});

import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createReadiness } from '../../server/readiness.ts';
import { startBffWith } from '../support/bff/test-bff.ts';
import { startFaultServer } from '../support/partner/fault-server.ts';
import { uncalledPartner } from '../support/partner/partner-variables.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

describe('GET /readyz', () => {
  it('is degraded while a client secret is rejected, and still takes calls', async () => {
    await using partner = await startFaultServer();
    await using bff = await startBffWith({ sandbox: partner });
    const ask = async () => {
      const { status, body } = await bff.call('/readyz', { headers: { authorization: '' } });
      return [status, body];
    };
    assert.deepEqual(await ask(), [200, { status: 'ready' }]);
    partner.auth.next({ status: 401, body: { error: 'invalid_client' } });
    assert.equal((await bff.call('/api/environments/sandbox/ping')).status, 502);
    assert.deepEqual(await ask(), [200, { status: 'degraded', reasons: ['CLIENT_CREDENTIALS_REJECTED'] }]);
  });

  it('is degraded while the journal is away, and ready once it is back', async () => {
    using folder = temporaryFolder();
    await using bff = await startBffWith({ sandbox: uncalledPartner }, { BFF_DATA_DIR: folder.path });
    const statusIs = (status: string) =>
      until(`it is ${status}`, async () => {
        const { body } = await bff.call('/readyz');
        return (body as { status: string }).status === status;
      });
    await statusIs('ready');
    const [file, away] = ['journal.sqlite', 'away.sqlite'].map((name) => join(folder.path, name));
    renameSync(String(file), String(away));
    await statusIs('degraded');
    const { status, body } = await bff.call('/readyz');
    assert.deepEqual([status, body], [200, { status: 'degraded', reasons: ['JOURNAL_UNAVAILABLE'] }]);
    renameSync(String(away), String(file));
    await statusIs('ready');
  });

  it('says first that it is stopping', () => {
    const readiness = createReadiness({
      ...{ tokens: { failures: () => ['AUTH_UNREACHABLE'] }, journal: { isUsable: () => false } },
      areKeysRead: () => true,
      ...{ dataDirectory: '.', isStopping: () => true },
    });
    assert.deepEqual(readiness(), { status: 'shutting-down' });
  });

  it('does not call a missing scope a fault of the BFF', () => {
    const readiness = createReadiness({
      ...{ tokens: { failures: () => ['SCOPE_NOT_ENABLED'] }, journal: { isUsable: () => true } },
      areKeysRead: () => true,
      ...{ dataDirectory: '.', isStopping: () => false },
    });
    assert.deepEqual(readiness(), { status: 'ready' });
  });
});

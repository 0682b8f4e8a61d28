import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explain } from '../../../extension/src/failures/explain-failure.ts';
import { retryList } from '../../../extension/src/failures/remedies.ts';
import {
  emptyListRows,
  environmentItem,
  kindWords,
  notGranted,
  pingRows,
} from '../../../extension/src/views/environment-words.ts';
import type { PingRecord } from '../../../extension/src/views/ping-history.ts';
import { failedListRows } from '../../../extension/src/views/row.ts';
import { operationNames } from '../../../shared/operations.ts';
import { desktop, failureSample, production, sandbox } from '../samples.ts';

const now = Date.UTC(2026, 0, 30, 12);
const twoMinutesAgo = now - 2 * 60_000;
const ok: PingRecord = {
  startedAt: twoMinutesAgo,
  endedAt: twoMinutesAgo,
  ok: true,
  latencyMs: 34.4,
  apiVersion: '2026-01-30',
  requestId: 'request-9',
};
const failed: PingRecord = {
  startedAt: twoMinutesAgo,
  endedAt: twoMinutesAgo,
  ok: false,
  failure: failureSample('CLIENT_CREDENTIALS_REJECTED', { source: 'auth' }),
};

describe('an environment in the tree', () => {
  it('says its kind and its protection in words', () => {
    // The words do not repeat the name.
    assert.equal(kindWords(sandbox), '');
    assert.equal(kindWords(production), 'protected');
    assert.equal(kindWords({ ...production, name: 'live' }), 'production · protected');
    assert.equal(kindWords({ ...sandbox, name: 'trial' }), 'sandbox');
    const local = { ...sandbox, kind: 'local' } as const;
    assert.equal(kindWords(local), 'stand-in');
  });

  it('says in its tooltip on which machine a stand-in is', () => {
    const local = { ...sandbox, kind: 'local' } as const;
    const tooltip = (situation: Partial<typeof desktop>) =>
      environmentItem(local, undefined, { ...desktop, ...situation }, now).tooltip;
    assert.match(tooltip({}), /^Runs on this machine\.$/m);
    assert.match(tooltip({ remoteName: 'ssh-remote' }), /^Runs on the SSH host\.$/m);
    assert.match(tooltip({ backend: 'https://bff.example.com' }), /^Runs on the BFF’s machine\.$/m);
  });

  it('says how its last ping went, and when', () => {
    const description = (ping: PingRecord | undefined) =>
      environmentItem(production, ping, desktop, now).description;
    assert.equal(description(undefined), 'protected');
    assert.equal(description(ok), 'protected · ok 34 ms, 2 min ago');
    assert.equal(description(failed), 'protected · failed: secret rejected, 2 min ago');
  });

  it('shows its state by an icon too', () => {
    const icons = [undefined, ok, failed].map((ping) => environmentItem(sandbox, ping, desktop, now).icon);
    assert.equal(new Set(icons).size, 3);
  });

  it('has the facts in its tooltip', () => {
    const tokens = [
      { scopes: ['pearsana-partner/ping'], state: 'fresh', expiresAt: '2026-01-30T13:00:00Z' },
      { scopes: ['pearsana-partner/partners.users:write'], state: 'failing', expiresAt: null },
    ] as const;
    const environment = {
      ...production,
      tokens: tokens.map((each) => ({ ...each, scopes: [...each.scopes] })),
    };
    const { tooltip } = environmentItem(environment, ok, desktop, now);
    for (const fact of [
      'API: https://api.pearsana.com',
      'Protected: you confirm every write',
      'Last ping: ok 34 ms, 2 min ago, API 2026-01-30, request request-9',
      'Token for ping: in use (until ',
      'Token for partners.users:write: unavailable',
    ]) {
      assert(tooltip.includes(fact), `${fact} is missing in: ${tooltip}`);
    }
  });

  it('offers only what is granted', () => {
    const context = (grants: string[]) =>
      environmentItem({ ...sandbox, grants }, undefined, desktop, now).contextValue;
    assert.equal(context(['health', 'ping']), 'environment health ping');
    assert.equal(context([]), 'environment');
  });

  it('says what is not granted and whom to ask, and nothing of what is', () => {
    const grants = ['ping', 'health'];
    const { tooltip } = environmentItem({ ...sandbox, grants }, undefined, desktop, now);
    assert.match(
      tooltip,
      /^Your key cannot create users in sandbox\. Ask your BFF administrator for the grant sandbox:createUser\.$/m,
    );
    assert.match(tooltip, /^Your key cannot invite in sandbox\. .* sandbox:createInvitation\.$/m);
    assert.doesNotMatch(tooltip, /sandbox:(ping|health)/);
    const all = { ...sandbox, grants: [...operationNames] };
    assert.doesNotMatch(environmentItem(all, undefined, desktop, now).tooltip, /cannot|grant/);
    assert.equal(
      notGranted(undefined, 'ping'),
      'Your key cannot ping in any environment. Ask your BFF administrator for the grant <environment>:ping.',
    );
  });

  it('shows the words of others as text', () => {
    const name = 'x [a](command:b) $(flame)\n';
    const { label, tooltip } = environmentItem({ ...sandbox, name, apiUrl: '[a](b)' }, ok, desktop, now);
    assert.equal(label, 'x [a] (command:b) $ (flame)');
    assert(!tooltip.includes(']('));
  });
});

describe('the rows below an environment', () => {
  it('invite to a first ping, where that is granted', () => {
    const [row] = pingRows(sandbox, undefined, desktop, now);
    assert.deepEqual(row?.remedy, {
      title: 'Ping',
      command: 'pearsana.ping',
      argument: { environment: 'sandbox' },
    });
    const [none] = pingRows({ ...sandbox, grants: [] }, undefined, desktop, now);
    assert.equal(none?.remedy, undefined);
    assert.equal(
      none?.tooltip,
      'Your key cannot ping in sandbox. Ask your BFF administrator for the grant sandbox:ping.',
    );
  });

  it('give result, latency, version and age', () => {
    const rows = pingRows(sandbox, ok, desktop, now);
    assert.deepEqual(
      rows.map(({ label, description }) => [label, description]),
      [['Last ping ok', '34 ms · API 2026-01-30 · 2 min ago']],
    );
    const [row] = pingRows(sandbox, { ...ok, apiVersion: null }, desktop, now);
    assert.match(row?.description ?? '', /API version not stated/);
  });

  it('give a failure in words, and each remedy as a click', () => {
    const rows = pingRows(sandbox, failed, desktop, now);
    assert.equal(rows[0]?.description, 'secret rejected · 2 min ago');
    assert.match(rows[1]?.label ?? '', /^The message\.$/);
    assert.match(rows[2]?.label ?? '', /^Your access key is fine/);
    const commands = rows.flatMap(({ remedy }) => (remedy ? [remedy.command] : []));
    assert.deepEqual(commands, ['pearsana.ping', 'pearsana.showLog']);
  });

  it('have ids that differ from each other and stay the same', () => {
    const ids = (at: number) => pingRows(sandbox, failed, desktop, at).map(({ id }) => id);
    assert.equal(new Set(ids(now)).size, ids(now).length);
    assert.deepEqual(ids(now), ids(now + 3_600_000));
  });
});

describe('the rows in the place of the list', () => {
  it('say what is wrong and what to do', () => {
    const explanation = explain(failureSample('BFF_UNREACHABLE'), desktop, retryList);
    const rows = failedListRows(explanation);
    assert.equal(rows[0]?.label, 'The BFF at http://127.0.0.1:8787 doesn’t answer.');
    assert.match(rows[1]?.label ?? '', /npm start.*on this machine/);
    assert.deepEqual(
      rows.flatMap(({ remedy }) => (remedy ? [remedy.title] : [])),
      ['Retry', 'Start the BFF', 'Open Setting'],
    );
  });

  it('say until when one was signed in, and lead back in', () => {
    const message = 'You were signed in to the BFF at http://127.0.0.1:8787 until 12:00.';
    const failure = failureSample('SIGN_IN_EXPIRED', { message, source: 'extension' });
    const rows = failedListRows(explain(failure, desktop, retryList));
    assert.deepEqual(
      rows.map(({ label }) => label),
      [message, 'Sign in again.', 'Sign In'],
    );
  });

  it('are not empty when there is no environment', () => {
    assert.equal(emptyListRows().at(-1)?.remedy?.command, 'pearsana.refresh');
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explain } from '../../../extension/src/failures/explain-failure.ts';
import { retryList } from '../../../extension/src/failures/remedies.ts';
import { environmentRows } from '../../../extension/src/views/environment-rows.ts';
import {
  environmentItem,
  failedPingMessage,
  kindWords,
  notGranted,
  stateIcon,
} from '../../../extension/src/views/environment-words.ts';
import type { PastAnswers, PingRecord } from '../../../extension/src/views/past-answers.ts';
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
      environmentItem(local, {}, { ...desktop, ...situation }, now).tooltip;
    assert.match(tooltip({}), /^Runs on this machine\.$/m);
    assert.match(tooltip({ remoteName: 'ssh-remote' }), /^Runs on the SSH host\.$/m);
    assert.match(tooltip({ backend: 'https://bff.example.com' }), /^Runs on the BFF’s machine\.$/m);
  });

  it('says how its last ping went, and when', () => {
    const description = (ping: PingRecord | undefined) =>
      environmentItem(production, ping ? { ping } : {}, desktop, now).description;
    assert.equal(description(undefined), 'protected');
    assert.equal(description(ok), 'protected · ok 34 ms, 2 min ago');
    assert.equal(description(failed), 'protected · failed: secret rejected, 2 min ago');
  });

  it('shows its state by an icon too', () => {
    const icons = [undefined, ok, failed].map((ping) => stateIcon(sandbox, ping).icon);
    assert.equal(new Set(icons).size, 3);
  });

  it('looks like no other where it is protected, in every state', () => {
    for (const ping of [undefined, ok, failed]) {
      const [open, guarded] = [stateIcon(sandbox, ping), stateIcon(production, ping)];
      assert.notEqual(open.icon, guarded.icon);
      if (ping !== failed) assert.notEqual(open.color, guarded.color);
    }
    const icons = [undefined, ok, failed].map((ping) => stateIcon(production, ping).icon);
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
    const { tooltip } = environmentItem(environment, { ping: ok }, desktop, now);
    for (const fact of [
      'API: https://api.pearsana.com',
      'Protected: you confirm every write',
      'Last ping: ok 34 ms, 2 min ago, request request-9',
      'Token for ping: in use (until ',
      'Token for partners.users:write: unavailable',
    ]) {
      assert(tooltip.includes(fact), `${fact} is missing in: ${tooltip}`);
    }
  });

  it('offers only what is granted', () => {
    const context = (grants: string[]) =>
      environmentItem({ ...sandbox, grants }, {}, desktop, now).contextValue;
    assert.equal(context(['health', 'ping']), 'environment health ping');
    assert.equal(context([]), 'environment');
  });

  it('says what is not granted and whom to ask, and nothing of what is', () => {
    const grants = ['ping', 'health'];
    const { tooltip } = environmentItem({ ...sandbox, grants }, {}, desktop, now);
    assert.match(
      tooltip,
      /^Your key cannot create users in sandbox\. Ask your BFF administrator for the grant sandbox:createUser\.$/m,
    );
    assert.match(tooltip, /^Your key cannot invite in sandbox\. .* sandbox:createInvitation\.$/m);
    assert.doesNotMatch(tooltip, /sandbox:(ping|health)/);
    const all = { ...sandbox, grants: [...operationNames] };
    assert.doesNotMatch(environmentItem(all, {}, desktop, now).tooltip, /cannot|grant/);
    assert.equal(
      notGranted(undefined, 'ping'),
      'Your key cannot ping in any environment. Ask your BFF administrator for the grant <environment>:ping.',
    );
  });

  it('shows the words of others as text', () => {
    const name = 'x [a](command:b) $(flame)\n';
    const { label, tooltip } = environmentItem(
      { ...sandbox, name, apiUrl: '[a](b)' },
      { ping: ok },
      desktop,
      now,
    );
    assert.equal(label, 'x [a] (command:b) $ (flame)');
    assert(!tooltip.includes(']('));
  });
});

describe('the rows below an environment', () => {
  const rowsOf = (answers: PastAnswers, environment: Partial<typeof sandbox> = {}, at = now) =>
    environmentRows({ ...sandbox, ...environment }, answers, desktop, at);
  const said = (...given: Parameters<typeof rowsOf>) =>
    rowsOf(...given).map(({ label, description, icon }) => [label, description, icon]);
  const token = (name: string, state: 'fresh' | 'stale' | 'expired' | 'failing') => ({
    scopes: [`pearsana-partner/${name}`],
    state,
    expiresAt: null,
  });

  it('invite to a first ping, where that is granted', () => {
    const [row] = rowsOf({});
    assert.deepEqual(row?.remedy, {
      title: 'Ping',
      command: 'pearsana.ping',
      argument: { environment: 'sandbox' },
    });
    const [none] = rowsOf({}, { grants: [] });
    assert.equal(none?.remedy, undefined);
    assert.equal(
      none?.tooltip,
      'Your key cannot ping in sandbox. Ask your BFF administrator for the grant sandbox:ping.',
    );
  });

  it('give the result of a ping, its latency and its age', () => {
    assert.deepEqual(said({ ping: ok }), [['Last ping ok', '34 ms · 2 min ago', 'pass']]);
  });

  it('give a failure in a few words, in sentences beside the pointer, and each remedy as a click', () => {
    const rows = rowsOf({ ping: failed });
    assert.equal(rows[0]?.description, 'secret rejected · 2 min ago');
    assert.match(rows[0]?.tooltip ?? '', /^The message\. Your access key is fine/);
    const commands = rows.flatMap(({ remedy }) => (remedy ? [remedy.command] : []));
    assert.deepEqual(commands, ['pearsana.ping', 'pearsana.showLog']);
    // A row is cut where the view ends.
    for (const { label } of rows) assert(label.length <= 30, label);
  });

  it('never give the id of a request that never left', () => {
    const failure = failureSample('BFF_UNREACHABLE', { source: 'extension' });
    const ping = { ...failed, failure };
    assert.doesNotMatch(JSON.stringify(rowsOf({ ping })), /request-1/);
    assert.doesNotMatch(environmentItem(sandbox, { ping }, desktop, now).tooltip, /request-1/);
    assert.match(environmentItem(sandbox, { ping: failed }, desktop, now).tooltip, /request-1/);
  });

  it('give the health that Pearsana told, and mark one that is not ok', () => {
    const health = { endedAt: twoMinutesAgo, status: 'ok', latencyMs: 2 };
    assert.deepEqual(said({ health })[1], ['Health', 'ok · 2 ms · 2 min ago', 'heart']);
    assert.deepEqual(said({ health: { ...health, status: 'degraded' } })[1]?.slice(1), [
      'degraded · 2 ms · 2 min ago',
      'warning',
    ]);
  });

  it('give the version of the API, and a newer one', () => {
    assert.deepEqual(said({ apiVersion: '2026-01-30' })[1], ['API version', '2026-01-30', 'versions']);
    const newer = { newerApiVersion: '2026-06-01' };
    assert.deepEqual(said({ apiVersion: '2026-01-30' }, newer)[1], [
      'API version',
      '2026-01-30 · 2026-06-01 is available',
      'info',
    ]);
    assert.deepEqual(said({}, newer)[1]?.[1], '2026-06-01 is available');
  });

  it('give the state of the tokens, counted, and mark one that cannot be had', () => {
    assert.deepEqual(said({}, { tokens: [token('ping', 'fresh')] })[1], ['Token', 'in use', 'key']);
    const tokens = [token('ping', 'fresh'), token('partners.users:write', 'failing'), token('x', 'stale')];
    assert.deepEqual(said({}, { tokens })[1], ['Tokens', '1 unavailable, 2 in use', 'warning']);
    assert.match(rowsOf({}, { tokens })[1]?.tooltip ?? '', /^Token for partners\.users:write: unavailable$/m);
  });

  it('give the scopes that are missing, until a token shows that they no longer are', () => {
    const missingScopes = ['pearsana-partner/partners.users:write'];
    const environment = { grants: ['scopes'] };
    const [, row] = rowsOf({ missingScopes }, environment);
    assert.deepEqual(
      [row?.label, row?.description, row?.remedy?.command],
      ['Missing scopes', 'partners.users:write', 'pearsana.scopes'],
    );
    const tokens = [token('partners.users:write', 'fresh')];
    assert.equal(said({ missingScopes }, { tokens }).length, 2);
    assert.deepEqual(said({ missingScopes: [], scopeCount: 8 })[1], ['Scopes', 'all 8 enabled', 'checklist']);
  });

  it('have ids that differ from each other and stay the same', () => {
    const all = { ping: failed, missingScopes: ['x'], apiVersion: '1' };
    const ids = (at: number) => rowsOf(all, { tokens: [token('y', 'fresh')] }, at).map(({ id }) => id);
    assert.equal(new Set(ids(now)).size, ids(now).length);
    assert.deepEqual(ids(now), ids(now + 3_600_000));
  });
});

describe('the message above the environments', () => {
  it('is the last ping that failed, in sentences, while no other came after it', () => {
    const message = (...pings: (PingRecord | undefined)[]) =>
      failedPingMessage(
        pings.map((ping, index) => ({ environment: index === 0 ? sandbox : production, ping })),
        desktop,
      );
    assert.equal(message(undefined, ok), undefined);
    assert.match(message(failed, ok) ?? '', /^sandbox: The message\. Your access key is fine/);
    assert.match(message(failed, { ...failed, endedAt: now }) ?? '', /^production: /);
  });
});

describe('the rows in the place of a list', () => {
  it('say in a few words what is wrong, and in sentences beside the pointer', () => {
    const rows = failedListRows(explain(failureSample('BFF_UNREACHABLE'), desktop, retryList));
    assert.equal(rows[0]?.label, 'BFF not reachable');
    assert.match(
      rows[0]?.tooltip ?? '',
      /^The BFF at http:\/\/127\.0\.0\.1:8787 doesn’t answer\. .*npm start.*on this machine/,
    );
    assert.deepEqual(
      rows.flatMap(({ remedy }) => (remedy ? [remedy.title] : [])),
      ['Start the BFF', 'Change URL'],
    );
  });

  it('say that the sign-in is over, and lead back in', () => {
    const message = 'Your sign-in to the BFF at http://127.0.0.1:8787 has expired (12:00).';
    const failure = failureSample('SIGN_IN_EXPIRED', { message, source: 'extension' });
    const rows = failedListRows(explain(failure, desktop, retryList));
    assert.deepEqual(
      rows.map(({ label }) => label),
      ['Sign-in expired', 'Sign In'],
    );
    assert.equal(rows[0]?.tooltip, `${message} Sign in again.`);
  });
});

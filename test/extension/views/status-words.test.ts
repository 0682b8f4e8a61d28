import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ListState } from '../../../extension/src/environment-list.ts';
import type { PingRecord } from '../../../extension/src/views/past-answers.ts';
import { type StatusFacts, statusItem } from '../../../extension/src/views/status-words.ts';
import { defaultFileLimits } from '../../../shared/documents.ts';
import { backend, desktop, failureSample, production, sandbox } from '../samples.ts';

const listed: ListState = {
  kind: 'listed',
  origin: backend,
  environments: [sandbox, production],
  defaultId: 'sandbox',
  fileLimits: defaultFileLimits,
};
const ok: PingRecord = { startedAt: 1, endedAt: 2, ok: true, latencyMs: 34.4, requestId: 'r' };

const item = (facts: Partial<StatusFacts>) =>
  statusItem({
    state: listed,
    lastPing: () => undefined,
    caller: 'access-key',
    situation: desktop,
    ...facts,
  });

describe('the status bar', () => {
  it('shows the default environment, its last ping, and who is signed in', () => {
    const { text, spoken, tooltip, command } = item({
      lastPing: (origin, environment) => (origin === backend && environment === 'sandbox' ? ok : undefined),
    });
    assert.equal(text, '$(pass) sandbox · 34 ms · owner key');
    assert.equal(spoken, 'sandbox, 34 ms, owner key');
    assert.match(tooltip, /^Last ping: ok 34 ms, .*\.$/m);
    assert.match(tooltip, /^Signed in to http:\/\/127\.0\.0\.1:8787 as owner key\.$/m);
    assert.equal(command, 'pearsana.chooseEnvironment');
    assert.equal(item({}).text, '$(circle-large-outline) sandbox · owner key');
  });

  it('says that a ping failed, and how', () => {
    const failure = failureSample('CLIENT_CREDENTIALS_REJECTED');
    const { text, tooltip } = item({
      lastPing: () => ({ startedAt: 1, endedAt: 2, ok: false, failure }),
    });
    assert.equal(text, '$(error) sandbox · failed · owner key');
    assert.match(tooltip, /failed: secret rejected/);
  });

  it('marks a protected environment by its icon and in words', () => {
    const { text, tooltip } = item({ state: { ...listed, defaultId: 'production' }, caller: 'user:ada' });
    assert.equal(text, '$(shield) production · protected · user:ada');
    assert.match(tooltip, /default environment: production \(protected\)/);
  });

  it('leads whoever is not signed in to the sign-in', () => {
    for (const kind of ['signedOut', 'unknown'] as const) {
      const { text, command } = item({ state: { kind }, caller: undefined });
      assert.deepEqual([text, command], ['$(sign-in) Pearsana: Sign In', 'pearsana.signIn']);
    }
  });

  it('says what is wrong when the environments cannot be listed', () => {
    const { text, tooltip } = item({ state: { kind: 'failed', failure: failureSample('BFF_UNREACHABLE') } });
    assert.equal(text, '$(warning) Pearsana');
    assert.match(tooltip, /doesn’t answer\./);
  });

  it('has something to say before anything is known, and when there is nothing', () => {
    assert.equal(item({ state: { kind: 'unknown' } }).text, '$(plug) Pearsana · owner key');
    const none = item({ state: { ...listed, environments: [], defaultId: undefined } });
    assert.match(none.tooltip, /no access to any environment/);
  });

  it('shows the words of others as text', () => {
    const name = 'x $(flame) [a](command:b)';
    const { text } = item({ state: { ...listed, environments: [{ ...sandbox, name }] }, caller: '$(flame)' });
    assert.doesNotMatch(text, /\$\(flame\)|\]\(/);
  });
});

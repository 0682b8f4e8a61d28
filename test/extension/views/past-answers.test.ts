import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EndedCall } from '../../../extension/src/backend.ts';
import { createAnswerHistory } from '../../../extension/src/views/past-answers.ts';
import { failureSample } from '../samples.ts';

const here = 'https://a.example';

const partner = {
  status: 200,
  durationMs: 7,
  requestId: null,
  apiVersion: '2026-01-30',
  apiVersionLatest: null,
  apiVersionSupported: null,
};

/** A call of sandbox, and what came of it. */
function call(operation: EndedCall['operation'], startedAt: number, more: object = {}): EndedCall {
  const answer = { environment: 'sandbox', requestId: 'r', result: {}, partner };
  const begun = { origin: here, environment: 'sandbox', operation, startedAt, endedAt: startedAt + 1 };
  return { ...begun, ...('failure' in more ? {} : { answer }), ...more } as EndedCall;
}

function scopes(enabled: Record<string, boolean | null>): object {
  const found = Object.entries(enabled).map(([scope, state]) => ({ scope, grants: '', enabled: state }));
  return {
    answer: {
      environment: 'sandbox',
      requestId: 'r',
      result: { checkedAt: '', scopes: found },
      partner: null,
    },
  };
}

describe('what past answers told', () => {
  it('is kept for each environment of each BFF: the last ping, and the version of the API', () => {
    const told: string[] = [];
    const history = createAnswerHistory();
    history.onDidRecord(({ environment, operation }) => told.push(`${operation} ${environment}`));
    history.record(call('ping', 1));
    history.record(call('ping', 2));
    const { ping, apiVersion } = history.of(here, 'sandbox');
    assert.deepEqual(ping, { startedAt: 2, endedAt: 3, ok: true, latencyMs: 7, requestId: 'r' });
    assert.equal(apiVersion, '2026-01-30');
    assert.deepEqual(history.of('https://b.example', 'sandbox'), {});
    assert.deepEqual(history.of(here, 'production'), {});
    assert.deepEqual(told, ['ping sandbox', 'ping sandbox']);
  });

  it('is not taken from a slow ping that was overtaken', () => {
    const history = createAnswerHistory();
    history.record(call('ping', 5));
    history.record(call('ping', 1, { endedAt: 9 }));
    assert.equal(history.of(here, 'sandbox').ping?.startedAt, 5);
  });

  it('has a ping that failed, unless nothing was sent or its user gave it up', () => {
    const history = createAnswerHistory();
    history.record(call('ping', 1, { failure: failureSample('PARTNER_TIMEOUT') }));
    assert.equal(history.of(here, 'sandbox').ping?.ok, false);
    const { requestId: _none, ...unsent } = failureSample('NOT_SIGNED_IN');
    history.record(call('ping', 2, { failure: unsent }));
    history.record(call('ping', 3, { failure: failureSample('CANCELLED') }));
    assert.equal(history.of(here, 'sandbox').ping?.startedAt, 1);
  });

  it('does not say that all is well once a call has found that a ping would fail, until one is answered', () => {
    const history = createAnswerHistory();
    const pingOf = (environment: string) => history.of(here, environment).ping?.ok;
    history.record(call('ping', 1));
    history.record({ ...call('ping', 1), environment: 'local' });
    history.record(call('createUser', 3, { failure: failureSample('VALIDATION_ERROR') }));
    history.record(call('createUser', 4, { failure: failureSample('CANCELLED') }));
    assert.equal(pingOf('sandbox'), true);
    history.record(call('createUser', 5, { failure: failureSample('PARTNER_TIMEOUT') }));
    assert.deepEqual([pingOf('sandbox'), pingOf('local')], [false, true]);
    history.record(call('createUser', 7));
    assert.equal(pingOf('sandbox'), true);
    // Without the BFF there is no environment.
    history.record(call('health', 9, { failure: failureSample('BFF_UNREACHABLE') }));
    assert.deepEqual([pingOf('sandbox'), pingOf('local')], [false, false]);
    history.record(call('createUser', 11));
    assert.deepEqual([pingOf('sandbox'), pingOf('local')], [true, true]);
    // A ping that failed stays failed until the next one.
    history.record(call('ping', 13, { failure: failureSample('PARTNER_TIMEOUT') }));
    history.record(call('createUser', 15));
    assert.equal(pingOf('sandbox'), false);
  });

  it('has Pearsana’s health', () => {
    const history = createAnswerHistory();
    const answer = { environment: 'sandbox', requestId: 'r', result: { status: 'ok' }, partner };
    history.record(call('health', 1, { answer }));
    assert.deepEqual(history.of(here, 'sandbox').health, { endedAt: 2, latencyMs: 7, status: 'ok' });
    assert.equal(history.of(here, 'sandbox').ping, undefined);
  });

  it('has the scopes that are missing, from their list or from a call that lacked one', () => {
    const history = createAnswerHistory();
    const lacking = (...names: string[]) =>
      call('createUser', 1, { failure: failureSample('SCOPE_NOT_ENABLED', { details: { scopes: names } }) });
    history.record(lacking('users:write'));
    history.record(lacking('users:write'));
    assert.deepEqual(history.of(here, 'sandbox').missingScopes, ['users:write']);
    // Nobody says which of the two it was.
    history.record(lacking('one', 'two'));
    history.record(call('createUser', 1, { failure: failureSample('SCOPE_NOT_ENABLED') }));
    assert.deepEqual(history.of(here, 'sandbox').missingScopes, ['users:write']);
    history.record(call('scopes', 2, scopes({ a: true, b: false, c: null })));
    assert.deepEqual(history.of(here, 'sandbox').missingScopes, ['b']);
    assert.equal(history.of(here, 'sandbox').scopeCount, 3);
  });

  it('is forgotten with its key, and so is what was under way then', () => {
    const history = createAnswerHistory();
    history.record(call('ping', 1));
    history.clear(5);
    assert.deepEqual(history.of(here, 'sandbox'), {});
    history.record(call('ping', 4, { endedAt: 8 }));
    history.record(call('ping', 5, { endedAt: 8 }));
    assert.deepEqual(history.of(here, 'sandbox'), {});
    history.record(call('ping', 6));
    assert.equal(history.of(here, 'sandbox').ping?.startedAt, 6);
  });
});

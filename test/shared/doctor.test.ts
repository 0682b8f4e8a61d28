import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createClient } from '../../shared/client.ts';
import { checkEverything, type Finding, findingCounts } from '../../shared/doctor.ts';
import { scope } from '../../shared/scopes.ts';

const now = Date.parse('2026-05-01T12:00:00Z');

const facts = {
  ...{ status: 200, durationMs: 7, requestId: null, apiVersion: '2026-01-30' },
  ...{ apiVersionLatest: '2026-01-30', apiVersionSupported: '2025-06-01' },
};
const well: Record<string, unknown> = {
  '/auth/methods': { methods: ['access-key'] },
  '/api/session': {
    ...{ caller: { id: 'ada-laptop', kind: 'access-key' }, grants: ['*:*'] },
    time: new Date(now + 2_000).toISOString(),
  },
  '/api/environments': {
    environments: [
      {
        ...{ id: 'sandbox', name: 'sandbox', kind: 'sandbox', protected: false, tokens: [] },
        ...{ apiUrl: 'https://sandbox.api.pearsana.com', grants: ['health', 'ping', 'scopes'] },
      },
    ],
  },
  health: { result: { status: 'ok' }, partner: facts },
  ping: { result: { status: 'ok', message: 'Authorized', clientId: 'c', scopes: [] }, partner: facts },
  scopes: {
    result: {
      checkedAt: new Date(now).toISOString(),
      scopes: [{ scope: scope('ping'), grants: 'the connectivity test', enabled: true }],
    },
    partner: null,
  },
  activity: { activity: [], next: null },
};

/** What is found where a BFF answers this; a number is the status of a failure, and null is no answer. */
async function findingsWith(answers: Record<string, unknown> = {}): Promise<Finding[]> {
  const told: Finding[] = [];
  const client = createClient({
    baseUrl: 'https://bff.example',
    accessKey: 'a-key',
    fetch: async (input) => {
      const { pathname } = new URL(String(input));
      const [, name] = /^\/api\/environments\/sandbox\/(\w+)$/.exec(pathname) ?? [];
      const answer = { ...well, ...answers }[name ?? pathname];
      if (answer === null) throw new TypeError('fetch failed');
      if (typeof answer === 'number') {
        const code = answer === 401 ? 'UNAUTHORIZED' : 'JOURNAL_UNAVAILABLE';
        const error = {
          code,
          message: `It said ${answer}.`,
          requestId: 'r',
          source: 'bff',
          retryable: false,
        };
        return Response.json({ error }, { status: answer });
      }
      const environment = name && { environment: 'sandbox' };
      return Response.json({ requestId: 'r', ...environment, ...(answer as object) });
    },
  });
  const findings = await checkEverything(client, { now: () => now, onFinding: (each) => told.push(each) });
  assert.deepEqual(told, findings);
  return findings;
}

const linesOf = (findings: readonly Finding[]) =>
  findings.map(({ state, check, words }) => `${state} ${check}: ${words}`);
const problemsWith = async (answers: Record<string, unknown>) =>
  (await findingsWith(answers)).filter(({ state }) => state !== 'ok');

describe('the doctor', () => {
  it('checks everything between the program and Pearsana', async () => {
    const findings = await findingsWith();
    assert.deepEqual(linesOf(findings), [
      'ok BFF: answers',
      'ok Sign-in: you are signed in as ada-laptop',
      'ok Clock: the BFF’s clock agrees with this machine’s',
      'ok sandbox, health: Pearsana is healthy (7 ms)',
      'ok sandbox, ping: Pearsana accepts the BFF’s token (7 ms)',
      'ok sandbox, API version: 2026-01-30 is the newest',
      'ok sandbox, scopes: there is a token for 1 of the 1 scopes',
      'ok sandbox, journal: works, and the outcome of every write is known',
    ]);
    assert.equal(findingCounts(findings), '8 ok');
  });

  const problems: Record<
    string,
    { answers: Record<string, unknown>; found: RegExp; remedy: RegExp | undefined }
  > = {
    'a BFF that does not answer': {
      answers: { '/auth/methods': null },
      found: /^failed BFF: .*could not be reached/,
      remedy: /Run “npm start”/,
    },
    'something else at its URL': {
      answers: { '/auth/methods': { hello: 'world' } },
      found: /^failed BFF: .*is not a Pearsana BFF/,
      remedy: /Check the URL/,
    },
    'a key that is not accepted': {
      answers: { '/api/session': 401 },
      found: /^failed Sign-in: It said 401\./,
      remedy: /Sign in with another access key/,
    },
    'a clock that is behind': {
      answers: { '/api/session': { ...(well['/api/session'] as object), time: '2026-05-01T11:57:00Z' } },
      found: /^warning Clock: the BFF’s clock is 3 min behind this machine’s/,
      remedy: /Set both clocks/,
    },
    'a key without any environment': {
      answers: { '/api/environments': { environments: [] } },
      found: /^warning Environments: your key has no access/,
      remedy: /for a grant/,
    },
    'Pearsana in trouble': {
      answers: { health: { result: { status: 'degraded' }, partner: facts } },
      found: /^warning sandbox, health: Pearsana reports its health as “degraded”/,
      remedy: /Try again later/,
    },
    'a newer API version': {
      answers: { ping: { ...(well.ping as object), partner: { ...facts, apiVersionLatest: '2026-06-01' } } },
      found: /^warning sandbox, API version: the BFF uses 2026-01-30, and Pearsana has 2026-06-01/,
      remedy: /Update the BFF/,
    },
    'an API version that is about to end': {
      answers: {
        ping: {
          ...(well.ping as object),
          partner: { ...facts, apiVersionLatest: '2026-06-01', apiVersionSupported: '2026-01-30' },
        },
      },
      found: /^warning sandbox, API version: 2026-01-30 is the oldest that Pearsana supports/,
      remedy: /before that/,
    },
    'an API version that has ended': {
      answers: {
        ping: { ...(well.ping as object), partner: { ...facts, apiVersionSupported: '2026-03-01' } },
      },
      found: /^failed sandbox, API version: Pearsana no longer supports 2026-01-30/,
      remedy: /Update the BFF/,
    },
    'a scope that is not enabled': {
      answers: {
        scopes: {
          ...(well.scopes as object),
          result: {
            checkedAt: '2026-05-01T12:00:00Z',
            scopes: [{ scope: scope('ping'), grants: 'x', enabled: false }],
          },
        },
      },
      found: /^warning sandbox, scopes: not enabled on the App Client: ping$/,
      remedy: /Developer → App Clients/,
    },
    'a token that cannot be had': {
      answers: {
        scopes: {
          ...(well.scopes as object),
          result: {
            checkedAt: '2026-05-01T12:00:00Z',
            scopes: [
              {
                ...{ scope: scope('ping'), grants: 'x', enabled: null },
                error: { code: 'AUTH_UNREACHABLE', message: 'The auth server is down.' },
              },
            ],
          },
        },
      },
      found: /^failed sandbox, scopes: no token for ping: The auth server is down\./,
      remedy: undefined,
    },
    'a journal that cannot be used': {
      answers: { activity: 503 },
      found: /^failed sandbox, journal: It said 503\./,
      remedy: undefined,
    },
  };
  for (const [what, { answers, found, remedy }] of Object.entries(problems)) {
    it(`finds ${what}, and says what to do`, async () => {
      const [problem, ...others] = await problemsWith(answers);
      assert(problem !== undefined);
      assert.deepEqual(linesOf(others), []);
      assert.match(linesOf([problem])[0] ?? '', found);
      if (remedy) assert.match(problem.remedy ?? '', remedy);
      else assert.equal(problem.remedy, undefined);
    });
  }

  it('counts writes whose outcome nobody knows', async () => {
    const entry = {
      ...{
        id: '1',
        operation: 'createUser',
        state: 'unknown',
        startedAt: 'x',
        endedAt: null,
        requestId: 'r',
      },
      ...{
        externalReferences: [],
        code: null,
        status: null,
        partnerRequestId: null,
        result: null,
        resolved: null,
      },
    };
    const [problem] = await problemsWith({ activity: { activity: [entry], next: null } });
    assert.equal(problem?.words, '1 write has no known outcome');
    assert.equal(problem.help, 'activity');
  });

  it('does not check what depends on a failed check, nor what is not granted', async () => {
    assert.equal((await findingsWith({ '/auth/methods': null })).length, 1);
    const { environments } = well['/api/environments'] as { environments: object[] };
    const few = { environments: environments.map((each) => ({ ...each, grants: ['ping'] })) };
    const checks = (await findingsWith({ '/api/environments': few })).map(({ check }) => check);
    assert.deepEqual(checks.slice(3), ['sandbox, ping', 'sandbox, API version', 'sandbox, journal']);
  });
});

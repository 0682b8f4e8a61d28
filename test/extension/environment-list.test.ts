import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Ask,
  createEnvironmentList,
  grantsOf,
  type ListChange,
  sessionOf,
} from '../../extension/src/environment-list.ts';
import { CommandError } from '../../extension/src/failures/command-failure.ts';
import { defaultFileLimits } from '../../shared/documents.ts';
import type { Environment } from '../../shared/environments.ts';
import { backend, production, sandbox } from './samples.ts';

type Answer = Awaited<ReturnType<Ask>>;

/** A list whose questions the test answers by itself. */
function setUp(defaults = new Map<string, string>()) {
  const questions: (PromiseWithResolvers<Answer> & { signal: AbortSignal })[] = [];
  const changes: ListChange[] = [];
  const list = createEnvironmentList((signal) => {
    const question = { ...Promise.withResolvers<Answer>(), signal };
    questions.push(question);
    return question.promise;
  }, defaults);
  list.onDidChange((change) => changes.push(change));
  const answer = (index: number, environments: Environment[]) =>
    questions[index]?.resolve({ requestId: 'r', origin: backend, environments });
  return { list, questions, changes, answer };
}

const idsOf = (state: ReturnType<ReturnType<typeof setUp>['list']['state']>) =>
  state.kind === 'listed' ? state.environments.map(({ id }) => id) : state.kind;

describe('the list of environments', () => {
  it('is asked for once, for however many need it', async () => {
    const { list, questions, changes, answer } = setUp();
    const waiting = [list.load(), list.load()];
    answer(0, [sandbox, production]);
    for (const state of await Promise.all(waiting)) assert.deepEqual(idsOf(state), ['sandbox', 'production']);
    await list.load();
    assert.equal(questions.length, 1);
    assert.deepEqual(changes, ['loaded']);
  });

  it('gives those who wait the newer answer when it was invalidated meanwhile', async () => {
    const { list, questions, answer } = setUp();
    const waiting = list.load();
    list.invalidate();
    assert.equal(questions[0]?.signal.aborted, true);
    answer(0, [sandbox]);
    const again = list.load();
    answer(1, [production]);
    assert.deepEqual(idsOf(await waiting), ['production']);
    assert.deepEqual(idsOf(await again), ['production']);
    assert.equal(questions.length, 2);
  });

  it('tells signed out from failed', async () => {
    const { list, questions } = setUp();
    const signedOut = list.load();
    questions[0]?.reject(new CommandError('NOT_SIGNED_IN', 'No.'));
    assert.equal(sessionOf(await signedOut), 'signedOut');
    list.invalidate();
    const failed = list.load();
    questions[1]?.reject(new CommandError('BACKEND_URL_INVALID', 'No.'));
    const state = await failed;
    assert.equal(sessionOf(state), 'failed');
    assert.equal(sessionOf({ kind: 'unknown' }), undefined);
  });

  it('knows how large a file this BFF takes, or what one takes that says nothing of it', async () => {
    const { list, questions, answer } = setUp();
    const limits = async () => {
      const state = await list.load();
      return state.kind === 'listed' ? state.fileLimits : assert.fail(state.kind);
    };
    const first = limits();
    answer(0, [sandbox]);
    assert.deepEqual(await first, defaultFileLimits);
    list.invalidate();
    const second = limits();
    const fileLimits = { document: 1, batch: 2 };
    questions[1]?.resolve({ requestId: 'r', origin: backend, environments: [sandbox], fileLimits });
    assert.deepEqual(await second, fileLimits);
  });

  it('is updated by the environments that changed alone', async () => {
    const { list, changes, answer } = setUp();
    const loading = list.load();
    answer(0, [sandbox, production]);
    await loading;
    const updating = list.update();
    answer(1, [sandbox, { ...production, grants: [] }]);
    await updating;
    assert.deepEqual(changes, ['loaded', ['production']]);
    const again = list.update();
    answer(2, [sandbox]);
    await again;
    assert.deepEqual(changes.slice(-2), ['stale', 'loaded']);
    assert.deepEqual(idsOf(list.state()), ['sandbox']);
  });

  it('is found again by an update once the BFF answers, and tells nobody while it still does not', async () => {
    const { list, questions, changes, answer } = setUp();
    const loading = list.load();
    questions[0]?.reject(new CommandError('BFF_UNREACHABLE', 'No.'));
    await loading;
    const still = list.update();
    questions[1]?.reject(new CommandError('BFF_UNREACHABLE', 'No.'));
    await still;
    assert.deepEqual(changes, ['loaded']);
    const updating = list.update();
    answer(2, [sandbox]);
    await updating;
    assert.deepEqual(idsOf(list.state()), ['sandbox']);
    assert.deepEqual(changes, ['loaded', 'stale', 'loaded']);
  });

  it('has a default environment: the one that was chosen for this BFF, or one that is not protected', async () => {
    const kept = new Map<string, string>();
    const defaultIn = async (environments: Environment[]) => {
      const { list, answer } = setUp(kept);
      const loading = list.load();
      answer(0, environments);
      const state = await loading;
      return { list, id: state.kind === 'listed' ? state.defaultId : assert.fail() };
    };
    const { list, id } = await defaultIn([production, sandbox]);
    assert.equal(id, 'sandbox');
    const told: ListChange[] = [];
    list.onDidChange((change) => told.push(change));
    list.setDefault('production');
    assert.deepEqual(told, [['production', 'sandbox']]);
    assert.deepEqual([...kept], [[backend, 'production']]);
    assert.equal((await defaultIn([sandbox, production])).id, 'production');
    assert.equal((await defaultIn([sandbox])).id, 'sandbox');
    assert.equal((await defaultIn([])).id, undefined);
    kept.clear();
    assert.equal((await defaultIn([production])).id, 'production');
  });

  it('offers first where something was sent, unless that is protected', async () => {
    const { list, answer } = setUp();
    const loading = list.load();
    answer(0, [{ ...sandbox, id: 'local' }, sandbox, production]);
    await loading;
    const defaultNow = () => {
      const state = list.state();
      return state.kind === 'listed' && state.defaultId;
    };
    list.sentTo(sandbox);
    assert.equal(defaultNow(), 'sandbox');
    list.sentTo(production);
    assert.equal(defaultNow(), 'sandbox');
    list.setDefault('production');
    list.sentTo({ id: 'local', protected: false });
    assert.equal(defaultNow(), 'local');
  });

  it('knows what is granted in any of them, for the menus', () => {
    const listed = (...grants: string[][]) =>
      grantsOf({
        kind: 'listed',
        origin: backend,
        environments: grants.map((each) => ({ ...sandbox, grants: each })),
        defaultId: undefined,
        fileLimits: defaultFileLimits,
      });
    assert.equal(listed(['ping', 'health'], ['ping', 'createUser']), 'ping health createUser');
    assert.equal(listed(), 'none');
    assert.equal(listed([]), 'none');
    assert.equal(grantsOf({ kind: 'signedOut' }), undefined);
  });

  it('keeps what is known when an update fails, or comes too late', async () => {
    const { list, questions, answer } = setUp();
    const loading = list.load();
    answer(0, [sandbox]);
    await loading;
    const failing = list.update();
    questions[1]?.reject(new Error('down'));
    await failing;
    assert.deepEqual(idsOf(list.state()), ['sandbox']);
    const late = list.update();
    list.invalidate();
    answer(2, [production]);
    await late;
    assert.equal(list.state().kind, 'unknown');
  });

  it('is not replaced by a late answer for the BFF or the key before', async () => {
    const { list, questions, changes, answer } = setUp();
    const first = list.load();
    answer(0, [sandbox]);
    await first;
    const late = list.update();
    list.invalidate();
    const second = list.load();
    answer(2, [production]);
    assert.deepEqual(idsOf(await second), ['production']);
    const told = changes.length;
    assert.equal(questions[1]?.signal.aborted, true);
    answer(1, [sandbox]);
    await late;
    assert.deepEqual(idsOf(list.state()), ['production']);
    assert.equal(changes.length, told);
  });

  it('is not replaced by the late answer to a question that was begun anew', async () => {
    const { list, answer } = setUp();
    const first = list.load();
    list.invalidate();
    const second = list.load();
    answer(1, [production]);
    await second;
    answer(0, [sandbox]);
    assert.deepEqual(idsOf(await first), ['production']);
    assert.deepEqual(idsOf(list.state()), ['production']);
  });
});

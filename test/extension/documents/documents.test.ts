import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Papa from 'papaparse';
import { batchesOf, operationOf, requestOf } from '../../../extension/src/documents/batches.ts';
import {
  type Document,
  nothingToSend,
  readDocuments,
  type Source,
  sortOut,
} from '../../../extension/src/documents/document.ts';
import { documentsOf, draftIssues, draftOf } from '../../../extension/src/documents/document-draft.ts';
import { documentForm } from '../../../extension/src/documents/document-form.ts';
import {
  documentCounts,
  documentsCsv,
  documentsText,
  resultsLeftOut,
  resultsOf,
  resultsWithout,
} from '../../../extension/src/documents/results.ts';
import { type Sending, sendBatches } from '../../../extension/src/documents/send-batches.ts';
import { allSteps, answeredSteps, unmendable } from '../../../extension/src/forms/form.ts';
import type { Draft } from '../../../extension/src/forms/request-draft.ts';
import { moreStep, reviewStep } from '../../../extension/src/forms/review.ts';
import type { Place, WizardInput } from '../../../extension/src/forms/step.ts';
import { runWizard } from '../../../extension/src/forms/wizard.ts';
import { createIntentions } from '../../../extension/src/writes/intentions.ts';
import { base64, base64InPieces } from '../../../shared/base64.ts';
import { defaultFileLimits, submitDocumentBatchRequest } from '../../../shared/documents.ts';
import { validate } from '../../../shared/validate.ts';

const megabyte = 1024 * 1024;
const fields = {
  documentType: 'DIPLOMA',
  externalReference: { namespace: 'SIS', externalId: 'A-1' },
  verificationIntent: 'store_only',
};

function sources(count: number, bytes = 4): Source[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `${index}.pdf`,
    filename: `${index}.pdf`,
    uri: `file:///${index}.pdf`,
    bytes,
  }));
}

function documents(count: number, bytes?: number): Document[] {
  return sources(count, bytes).map((source) => ({ source, fields }));
}

const read = async ({ name }: Source) => base64(new TextEncoder().encode(name));

describe('base64', () => {
  test('is that of RFC 4648, with and without the host’s help, at every length and at 10 MB', () => {
    const large = Uint8Array.from({ length: 10 * megabyte + 1 }, (_, index) => (index * 31) % 256);
    for (const length of [0, 1, 2, 3, 4, 24_575, 24_576, 24_577, large.length]) {
      const bytes = large.subarray(0, length);
      const expected = Buffer.from(bytes).toString('base64');
      // A failed comparison of megabytes would be printed.
      assert.ok(base64(bytes) === expected, `${length}`);
      assert.ok(base64InPieces(bytes) === expected, `${length}`);
    }
  });
});

describe('batches', () => {
  const lengths = (all: Document[]) => batchesOf(all, defaultFileLimits).map(({ length }) => length);

  test('hold 25 documents at most, and the bytes of a batch', () => {
    assert.deepEqual(lengths(documents(1)), [1]);
    assert.deepEqual(lengths(documents(25)), [25]);
    assert.deepEqual(lengths(documents(26)), [25, 1]);
    assert.deepEqual(lengths(documents(60)), [25, 25, 10]);
    assert.deepEqual(lengths(documents(5, 10 * megabyte)), [2, 2, 1]);
    assert.deepEqual(lengths(documents(6, defaultFileLimits.batch / 5)), [5, 1]);
    assert.deepEqual(lengths(documents(6, defaultFileLimits.batch / 5 + 1)), [4, 2]);
  });

  test('hold what this BFF takes', () => {
    const limits = { document: 3, batch: 4 };
    assert.deepEqual(
      batchesOf(documents(5, 2), limits).map(({ length }) => length),
      [2, 2, 1],
    );
    const [file = assert.fail()] = sources(1, 3);
    assert.deepEqual(sortOut([file], limits), { usable: [file], leftOut: [] });
    const large = { ...file, bytes: 4 };
    assert.equal(sortOut([large], limits).leftOut[0]?.why, 'is 4 bytes; the limit is 3 bytes');
  });

  test('are the same again for what is left after some', async () => {
    const all = documents(60);
    const whole = await Promise.all(batchesOf(all, defaultFileLimits).map((batch) => requestOf(batch, read)));
    const left = await Promise.all(
      batchesOf(all.slice(25), defaultFileLimits).map((batch) => requestOf(batch, read)),
    );
    assert.deepEqual(left, whole.slice(1));
  });

  test('are requests that the contract takes; one document alone is one of its own', async () => {
    const [one = assert.fail()] = batchesOf(documents(1), defaultFileLimits);
    assert.equal(operationOf(one), 'submitDocument');
    const file = Buffer.from('0.pdf').toString('base64');
    assert.deepEqual(await requestOf(one, read), { ...fields, file, filename: '0.pdf' });
    const [several = assert.fail()] = batchesOf(documents(25), defaultFileLimits);
    assert.equal(operationOf(several), 'submitDocumentBatch');
    assert.ok(validate(submitDocumentBatchRequest, await requestOf(several, read)).ok);
    const own = [{ source: { ...(sources(1)[0] ?? assert.fail()), itemId: 'mine' }, fields }];
    assert.equal(operationOf(own), 'submitDocumentBatch');
    assert.equal(
      operationOf([{ source: sources(1)[0] ?? assert.fail(), fields: { ...fields, metadata: {} } }]),
      'submitDocumentBatch',
    );
  });
});

describe('what is given', () => {
  test('is a document or a list of them', () => {
    assert.deepEqual(readDocuments(fields), [{ fields }]);
    const items = [
      { ...fields, file: 'AAAA', itemId: 'a' },
      { ...fields, uri: 'file:///x', itemId: 'b' },
    ];
    assert.deepEqual(readDocuments({ items }), [
      { file: 'AAAA', itemId: 'a', fields },
      { uri: 'file:///x', itemId: 'b', fields },
    ]);
  });

  const wrong: [what: string, request: Draft][] = [
    ['no items', { items: [] }],
    ['items that are none', { items: ['x'] }],
    ['something beside the items', { items: [{ file: 'AAAA' }], documentType: 'X' }],
    ['an item without a file', { items: [{ ...fields, itemId: '1' }] }],
    [
      'the same itemId twice',
      {
        items: [
          { file: 'AAAA', itemId: '1' },
          { file: 'AAAA', itemId: '1' },
        ],
      },
    ],
    ['itemIds for some alone', { items: [{ file: 'AAAA', itemId: '2' }, { file: 'AAAA' }] }],
    ['a file that is no text', { file: 7 }],
  ];
  for (const [what, request] of wrong) {
    test(`is refused with ${what}`, () => {
      assert.throws(() => readDocuments(request), { code: 'ARGUMENTS_INVALID' });
    });
  }

  test('is sent without the files that are empty or too large, which are named', () => {
    const [file = assert.fail()] = sources(1);
    const largest = { ...file, bytes: 10 * megabyte };
    const big = { ...file, name: 'big.pdf', bytes: 10 * megabyte + 1 };
    const empty = { ...file, name: 'empty.pdf', bytes: 0 };
    const { usable, leftOut } = sortOut([big, file, empty, largest], defaultFileLimits);
    assert.deepEqual(usable, [file, largest]);
    assert.deepEqual(leftOut, [
      { name: 'big.pdf', why: 'is 10.1 MB; the limit is 10 MB' },
      { name: 'empty.pdf', why: 'is empty' },
    ]);
    const { more = [], consequence } = documentForm(usable, defaultFileLimits, leftOut);
    assert.deepEqual(
      more.map(({ label, description }) => `${label} ${description}`),
      ['big.pdf is 10.1 MB; the limit is 10 MB', 'empty.pdf is empty', '0.pdf 4 bytes', '0.pdf 10 MB'],
    );
    assert.match(consequence({ same: true, shared: fields }, 'sandbox'), /2 files are left out/);
    assert.deepEqual(
      resultsLeftOut(leftOut).map(({ file: name, result, message }) => [name, result, message]),
      [
        ['big.pdf', 'not sent', 'It is 10.1 MB; the limit is 10 MB.'],
        ['empty.pdf', 'not sent', 'It is empty.'],
      ],
    );
  });

  test('is refused where nothing can be sent, with the reasons', () => {
    const faulty = ['a', 'b', 'c', 'd'].map((name) => ({ name, why: 'is empty' }));
    assert.equal(nothingToSend(faulty.slice(0, 1)), 'Nothing was sent: a is empty.');
    assert.equal(nothingToSend(faulty), 'Nothing was sent: a is empty; b is empty; c is empty; and 1 more.');
  });
});

type Shown = { ask: string; place: Place };

/** A person who enters these answers, opens More once where there is something for it, and accepts every other step. */
function play(script: Record<string, string>, escapeAt?: string) {
  const shown: Shown[] = [];
  let opensMore = script.More !== undefined;
  const input: WizardInput = {
    async text({ ask, place, value, check }) {
      shown.push({ ask, place });
      if (ask === escapeAt) return { kind: 'cancelled' };
      const text = script[ask] ?? value;
      assert.equal(check(text), undefined, ask);
      return { kind: 'accepted', value: text };
    },
    async choice({ ask, place, options }) {
      shown.push({ ask, place });
      if (ask === escapeAt) return { kind: 'cancelled' };
      if (ask === 'Review' && opensMore) {
        opensMore = false;
        return { kind: 'accepted', value: ['more'] };
      }
      return { kind: 'accepted', value: [script[ask] ?? (await options)[0]?.id ?? ''] };
    },
  };
  return { asked: () => shown.map(({ ask }) => ask), shown, input };
}

const sandbox = {
  id: 'sandbox',
  name: 'sandbox',
  apiUrl: 'https://api.example.com',
  protected: false,
  kind: 'sandbox',
} as const;

function walk(files: Source[], input: WizardInput, draft = draftOf([{}]), answered?: Set<string>) {
  const form = documentForm(files, defaultFileLimits);
  const review = reviewStep(form, sandbox);
  return runWizard(
    {
      title: '',
      draft,
      steps: (now) => [...form.steps(now), review],
      detours: (now) => [moreStep(form), ...form.optionalSteps(now)],
      ...(answered && { answered }),
    },
    input,
  );
}

describe('the steps', () => {
  test('ask once for all, and Escape ends them anywhere', async () => {
    const files = sources(3);
    const script = { 'Document type': 'DIPLOMA', Person: 'SIS A-1' };
    const { asked, shown, input } = play(script);
    const draft = (await walk(files, input)) ?? assert.fail();
    assert.deepEqual(
      documentsOf(draft, files).map((each) => each.fields),
      [fields, fields, fields],
    );
    assert.deepEqual(asked(), ['3 files', 'Document type', 'Person', 'Intent', 'Review']);
    // How many steps there are depends on the first one.
    assert.deepEqual(
      shown.map(({ place }) => place.number && `${place.number}/${place.total}`),
      [undefined, '1/4', '2/4', '3/4', '4/4'],
    );
    for (const ask of asked()) assert.equal(await walk(files, play(script, ask).input), undefined, ask);
  });

  test('ask for each, with another type and an attestation, and the total stays as it is', async () => {
    const files = sources(2);
    const { shown, input } = play({
      '2 files': 'each',
      '0.pdf: Document type': 'other',
      '0.pdf: Type': 'LETTER',
      '0.pdf: Person': 'SIS A-1',
      '0.pdf: Intent': 'attest',
      More: 'items[0].attestationReferenceId',
      '0.pdf: Attestation reference id': 'att-1',
      '1.pdf: Document type': 'DIPLOMA',
      '1.pdf: Person': 'SIS B-2',
    });
    // A person chooses from More by the id of the step.
    const choosing: WizardInput = {
      ...input,
      choice: async (asked) =>
        asked.ask === 'More'
          ? { kind: 'accepted', value: ['items[0].attestationReferenceId'] }
          : input.choice(asked),
    };
    const draft = (await walk(files, choosing)) ?? assert.fail();
    const [first, second] = documentsOf(draft, files);
    assert.deepEqual(first?.fields, {
      ...fields,
      documentType: 'LETTER',
      verificationIntent: 'attest',
      attestationReferenceId: 'att-1',
    });
    assert.deepEqual(second?.fields, {
      ...fields,
      externalReference: { namespace: 'SIS', externalId: 'B-2' },
    });
    for (const { place } of shown) if (place.total !== undefined) assert.equal(place.total, 7);
    const lines = await reviewStep(documentForm(files, defaultFileLimits), sandbox).options(draft);
    for (const value of ['LETTER', 'attest', 'att-1', 'DIPLOMA', 'SIS A-1', 'SIS B-2']) {
      assert.ok(
        lines.some(({ description }) => description === value),
        value,
      );
    }
    for (const { name } of files)
      assert.ok(
        lines.some(({ label }) => label === name),
        name,
      );
    assert.match(lines[0]?.label ?? '', /^Submit 2 documents for 2 people — sandbox$/);
  });

  test('skip what a request answers, and never the review', async () => {
    const files = sources(1);
    const form = documentForm(files, defaultFileLimits);
    const given = draftOf([{ ...fields, documentType: ' ' }]);
    const issues = draftIssues(given, files);
    assert.deepEqual(unmendable(allSteps(form, given), issues), []);
    const { asked, input } = play({ 'Document type': 'DIPLOMA', Type: 'LETTER' });
    await walk(files, input, given, answeredSteps(form.steps(given), issues));
    assert.deepEqual(asked(), ['Document type', 'Review']);
    const whole = draftOf([fields]);
    const review = play({});
    await walk(files, review.input, whole, answeredSteps(form.steps(whole), draftIssues(whole, files)));
    assert.deepEqual(review.asked(), ['Review']);
  });

  test('lead from a line of the review to another type, and straight back', async () => {
    const files = sources(1);
    const { asked, input } = play({ 'Document type': 'DIPLOMA', Type: 'LETTER', Person: 'SIS A-1' });
    let reviews = 0;
    const choosing: WizardInput = {
      ...input,
      async choice(ask) {
        const answer = await input.choice(ask);
        if (ask.ask === 'Review') reviews += 1;
        if (ask.ask === 'Review' && reviews === 1)
          return { kind: 'accepted', value: ['shared.documentType'] };
        if (ask.ask === 'Document type' && reviews === 1) return { kind: 'accepted', value: ['other'] };
        return answer;
      },
    };
    const draft = await walk(files, choosing);
    assert.deepEqual(asked().slice(-4), ['Review', 'Document type', 'Type', 'Review']);
    assert.equal(documentsOf(draft ?? {}, files)[0]?.fields.documentType, 'LETTER');
  });

  test('cannot mend a field that there is not, or a file that is no base64', () => {
    const draft = draftOf([{ ...fields, type: 'x' }]);
    const [file = assert.fail()] = sources(1);
    const unknown = draftIssues(draft, [file]);
    assert.match(
      unmendable(allSteps(documentForm([file], defaultFileLimits), draft), unknown)[0]?.message ?? '',
      /no such field/,
    );
    assert.match(draftIssues(draftOf([fields]), [{ ...file, file: '%' }])[0]?.message ?? '', /base64/);
  });
});

describe('results', () => {
  const two = documents(2);

  test('tell each document’s own, in Pearsana’s words', () => {
    const results = resultsOf(two, {
      requestId: 'r-1',
      result: {
        results: [
          { itemId: '2', status: 'failed', error: { code: 'USER_NOT_FOUND', message: 'No user.' } },
          { itemId: '1', status: 'accepted', document: { documentId: 'doc_1' } },
        ],
      },
    });
    const own = (file: string) => ({ file, person: 'SIS A-1', requestId: 'r-1' });
    assert.deepEqual(results, [
      { ...own('0.pdf'), result: 'accepted', documentId: 'doc_1' },
      { ...own('1.pdf'), result: 'failed', message: 'No user.' },
    ]);
    const text = documentsText('sandbox', results);
    assert.match(text, /^Documents in sandbox: 1 done, 1 refused$/m);
    assert.match(text, /^0\.pdf {2}SIS A-1 {2}done {5}doc_1 {2}r-1$/m);
    assert.match(text, /^1\.pdf {2}SIS A-1 {2}refused {2}No user\. {2}r-1$/m);
  });

  test('are shown and saved with those first that need somebody, and as text to a spreadsheet', () => {
    const kinds = ['accepted', 'not sent', 'unknown', 'failed', 'accepted', 'failed'] as const;
    const results = kinds.map((result, number) => ({ file: `${number}.pdf`, result }));
    const order = ['3.pdf', '5.pdf', '2.pdf', '1.pdf', '0.pdf', '4.pdf'];
    assert.deepEqual(documentsText('sandbox', results).match(/^\d\.pdf/gm), order);
    assert.deepEqual(documentsCsv(results).match(/^\d\.pdf/gm), order);
    const message = '=HYPERLINK("x"), or\nnot';
    const csv = documentsCsv([
      { file: '-1.pdf', person: '=p', result: 'failed', requestId: '+r', documentId: '@d', message },
    ]);
    const [, row] = Papa.parse<string[]>(csv).data;
    assert.deepEqual(row, ["'-1.pdf", "'=p", 'refused', `'${message}`, "'@d", "'+r"]);
  });

  test('are unknown where an answer does not say', () => {
    const [first, second] = resultsOf(two, {
      requestId: 'r-1',
      result: { results: [{ itemId: '1', status: 'received' }] },
    });
    assert.equal(first?.result, 'accepted');
    assert.equal(second?.result, 'unknown');
  });

  test('of a batch that failed follow from its outcome', () => {
    const failure = { code: 'X', message: 'No.', source: 'pearsana', retryable: false } as const;
    const words = (outcome?: 'unknown' | 'refused' | 'not_sent') =>
      documentCounts(resultsWithout(two, { ...failure, ...(outcome && { outcome }) }));
    assert.equal(words('unknown'), '2 with an unknown outcome');
    assert.equal(words('refused'), '2 refused');
    assert.equal(words('not_sent'), '2 not sent');
    assert.equal(words(), '2 not sent');
  });
});

describe('sending', () => {
  const accepted = async () => ({
    requestId: 'r',
    result: {
      results: Array.from({ length: 25 }, (_, i) => ({ itemId: String(i + 1), status: 'accepted' })),
    },
  });
  const sending = (more: Partial<Sending>): Sending => ({
    read,
    submit: accepted,
    cancelled: () => false,
    onDone: () => {},
    ...more,
  });

  test('goes batch by batch, and tells of each', async () => {
    const done: number[] = [];
    const { results, error } = await sendBatches(
      batchesOf(documents(60), defaultFileLimits),
      sending({ onDone: (count) => done.push(count) }),
    );
    assert.equal(documentCounts(results), '60 done');
    assert.equal(error, undefined);
    assert.deepEqual(done, [25, 25, 10]);
  });

  test('stops before the next batch when it is cancelled', async () => {
    let sent = 0;
    const { results } = await sendBatches(
      batchesOf(documents(60), defaultFileLimits),
      sending({
        cancelled: () => sent > 0,
        submit: () => {
          sent += 1;
          return accepted();
        },
      }),
    );
    assert.equal(sent, 1);
    assert.equal(documentCounts(results), '25 done, 35 not sent');
  });

  test('stops after a batch that failed, and a file that changed is not sent', async () => {
    let sent = 0;
    const failing = {
      code: 'PARTNER_TIMEOUT',
      message: 'Late.',
      source: 'bff',
      retryable: false,
      outcome: 'unknown',
    } as const;
    const late = await sendBatches(
      batchesOf(documents(60), defaultFileLimits),
      sending({
        submit: async () => {
          sent += 1;
          return sent === 2 ? { error: failing } : accepted();
        },
      }),
    );
    assert.equal(documentCounts(late.results), '25 done, 10 not sent, 25 with an unknown outcome');
    assert.equal(late.error?.code, 'PARTNER_TIMEOUT');
    assert.equal(sent, 2);
    const changed = await sendBatches(
      batchesOf(documents(2), defaultFileLimits),
      sending({
        read: async () => {
          throw new Error('changed');
        },
        submit: () => assert.fail(),
      }),
    );
    assert.equal(documentCounts(changed.results), '2 not sent');
    assert.equal(changed.error?.outcome, 'not_sent');
  });

  test('what failed in a batch that was answered is not put into one whose outcome is unknown', async () => {
    const all = documents(60);
    const failing = {
      code: 'X',
      message: 'Late.',
      source: 'bff',
      retryable: false,
      outcome: 'unknown',
    } as const;
    let sent = 0;
    const submit = async () => {
      sent += 1;
      if (sent === 2) return { error: failing };
      const first = { itemId: '1', status: 'failed' };
      const { result } = await accepted();
      return { requestId: 'r', result: { results: [first, ...result.results.slice(1)] } };
    };
    const unknown = await sendBatches(batchesOf(all, defaultFileLimits), sending({ submit }));
    assert.deepEqual(unknown.left, all.slice(25));
    const whole = await sendBatches(batchesOf(all, defaultFileLimits), sending({ submit }));
    assert.deepEqual(whole.left, [all[0], all[25], all[50]]);
  });

  test('what is left after a failure has the keys of before, and no key is that of another batch', async () => {
    const kept = new Map<string, unknown>();
    const state = {
      get: <Value>(name: string) => kept.get(name) as Value | undefined,
      update: async (name: string, value: unknown) => void kept.set(name, value),
    };
    const keysOf = async (all: Document[]) => {
      const keys: string[] = [];
      const intentions = createIntentions(state);
      await sendBatches(
        batchesOf(all, defaultFileLimits),
        sending({
          submit: async (operation, request) => {
            keys.push(
              await intentions.keyOf({
                origin: 'https://bff.example',
                environment: 'sandbox',
                operation,
                request,
              }),
            );
            return accepted();
          },
        }),
      );
      return keys;
    };
    const first = await keysOf(documents(51));
    assert.equal(new Set(first).size, 3);
    assert.deepEqual(await keysOf(documents(51).slice(25)), first.slice(1));
    // A digest and a key: nothing of a file.
    assert.ok(JSON.stringify([...kept.values()]).length < 1_000);
  });
});

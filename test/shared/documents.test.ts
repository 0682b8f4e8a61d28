import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  decodedBytes,
  documentScopes,
  encodedLength,
  keptBatchResult,
  keptDocumentResult,
  submitDocumentRequest,
} from '../../shared/documents.ts';
import { samples } from '../support/requests/write-samples.ts';

const accepts = (changed: object) =>
  submitDocumentRequest.safeParse({ ...samples.submitDocument.least, ...changed }).success;
const seed = 20_260_130;

describe('a file as base64', () => {
  it('is accepted as every encoder makes it, and its size is known', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
        const file = Buffer.from(bytes).toString('base64');
        assert(accepts({ file }), file);
        assert.equal(decodedBytes(file), bytes.length);
        assert.equal(encodedLength(bytes.length), file.length);
      }),
      { seed, numRuns: 2_000 },
    );
  });

  it('is accepted only where decoding and encoding it again changes nothing', () => {
    const unit = fc.constantFrom(...'AQZagw09+/==-_ \n\u0000é\ud800');
    fc.assert(
      fc.property(fc.string({ unit, minLength: 1, maxLength: 12 }), (file) => {
        assert.equal(accepts({ file }), Buffer.from(file, 'base64').toString('base64') === file, file);
      }),
      { seed, numRuns: 20_000 },
    );
  });

  it('is looked at in no time that anybody would notice, at ten megabytes and wherever it goes wrong', () => {
    const file = Buffer.alloc(10 * 1024 * 1024, 'a document').toString('base64');
    const spoilt = [
      `${file.slice(0, -8)}=${file.slice(-7)}`,
      `${file}=`,
      ` ${file}`,
      file.replaceAll('A', '='),
    ];
    const started = performance.now();
    assert(accepts({ file }));
    for (const each of spoilt) assert(!accepts({ file: each }));
    assert(performance.now() - started < 5_000);
  });
});

describe('what may hold anything', () => {
  const nested = (depth: number): object =>
    JSON.parse(`${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`);
  for (const [what, verificationMetadata, fits] of [
    ['nothing', {}, true],
    ['every kind of value', { a: null, b: true, c: 1.5, d: '', e: [[]], f: { g: {} } }, true],
    ['twenty levels', nested(20), true],
    ['twenty-one levels', nested(21), false],
    // Serialising it again would end in an overflow of the stack.
    ['ten thousand levels', nested(10_000), false],
    ['a thousand values', { a: Array(999).fill(0) }, true],
    ['a thousand and one', { a: Array(1_000).fill(0) }, false],
    ['a million in lists', { a: Array(1_000_000).fill([]) }, false],
  ] as const) {
    it(`${fits ? 'holds' : 'does not hold'} ${what}`, () => {
      assert.equal(accepts({ verificationMetadata }), fits);
    });
  }
});

describe('the scopes for documents', () => {
  const storing = [
    'pearsana-partner/partners.documents:write',
    'pearsana-partner/partners.externalRefs:read',
  ];
  const verifying = [...storing, 'pearsana-partner/partners.verifications:write'];
  for (const [intents, expected] of [
    [[undefined], storing],
    [['store_only', undefined], storing],
    [['attest'], verifying],
    [['store_only', 'anything else', undefined], verifying],
  ] as const) {
    it(`include that of verifications ${expected === verifying ? '' : 'not '}for ${intents.join(', ') || 'none'}`, () => {
      const documents = intents.map((verificationIntent) =>
        verificationIntent ? { verificationIntent } : {},
      );
      assert.deepEqual(documentScopes(...documents), expected);
    });
  }
});

describe('what the journal keeps of documents', () => {
  const document = { documentId: 'doc_1', status: 'stored' };
  it('are ids and states alone', () => {
    assert.deepEqual(keptDocumentResult.parse({ document: { ...document, file: 'x' }, more: 1 }), {
      document,
    });
    const results = [
      { itemId: 'item-1', status: 'failed' },
      { itemId: '2', status: 'ok', document },
    ];
    assert.deepEqual(keptBatchResult.parse({ results }), { results });
    assert(!keptBatchResult.safeParse({}).success);
  });

  it('are short words, which hold no name and no address', () => {
    for (const status of [
      '',
      'Ada Lovelace',
      'ada@example.edu',
      'ok\n',
      ' ok',
      'ok ',
      'ä',
      'x'.repeat(129),
      1,
      null,
    ])
      assert(!keptDocumentResult.safeParse({ document: { ...document, status } }).success, String(status));
  });
});

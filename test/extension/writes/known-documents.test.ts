import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NamedDocument } from '../../../extension/src/forms/form.ts';
import {
  documentsObstacle,
  findKnownDocuments,
  personNote,
} from '../../../extension/src/writes/known-documents.ts';
import { createClient } from '../../../shared/client.ts';
import { startBffWith, startTestBff } from '../../support/bff/test-bff.ts';
import { startFaultServer } from '../../support/partner/fault-server.ts';
import { samples } from '../../support/requests/write-samples.ts';

const environment = 'sandbox';
const reference = { namespace: 'SIS', externalId: 'A-1' };
const requestFor = (text: string, externalReference = reference) => ({
  ...samples.submitDocument.least,
  ...{ file: Buffer.from(text).toString('base64'), externalReference },
});
const named = (name: string, request: ReturnType<typeof requestFor>): NamedDocument => ({
  ...{ name, reference: request.externalReference, request: async () => request },
});

describe('what is known of documents', () => {
  it('is asked of the BFF: nothing at first, then the same document for the same person', async () => {
    await using bff = await startTestBff();
    const client = createClient({ baseUrl: bff.url, accessKey: bff.accessKey });
    const clients = { imports: client, activity: client.activity };
    const person = samples.createUser.least;
    await client.createUser({ environment, request: { ...person, externalReferences: [reference] } });
    const [one, two] = [requestFor('one'), requestFor('two')];
    const both = [named('one.pdf', one), named('two.pdf', two)];
    const nothing = await findKnownDocuments(clients, environment, both);
    assert.deepEqual(nothing, { found: [], latest: undefined });
    assert.equal(documentsObstacle(2, nothing, Date.now()), undefined);

    await client.submitDocument({ environment, request: two });
    const found = await findKnownDocuments(clients, environment, both);
    assert.deepEqual(
      found.found.map(({ document, known }) => [document.name, known.state]),
      [['two.pdf', 'succeeded']],
    );
    const words = documentsObstacle(2, found, Date.now());
    assert.equal(words?.label, '1 of 2 documents are known for the same person');
    assert.match(words?.detail ?? '', /^two\.pdf: Already submitted just now \(\w+\)\.$/);
    const alone = await findKnownDocuments(clients, environment, both.slice(1));
    assert.match(
      documentsObstacle(1, alone, Date.now())?.label ?? '',
      /^Already submitted just now \(\w+\)$/,
    );

    // The same file for another person is another document.
    const other = requestFor('two', { namespace: 'SIS', externalId: 'A-2' });
    const others = await findKnownDocuments(clients, environment, [named('two.pdf', other)]);
    assert.deepEqual(others.found, []);
  });

  it('says what was sent last for the person, such as a batch that nobody knows the outcome of', async () => {
    await using partner = await startFaultServer();
    await using bff = await startBffWith({ sandbox: partner });
    const client = createClient({ baseUrl: bff.url, accessKey: bff.accessKey });
    const clients = { imports: client, activity: client.activity };
    partner.api.next({ fault: 'reset-after-body' });
    const items = ['one', 'two'].map((text, index) => ({ ...requestFor(text), itemId: `${index}` }));
    await client.submitDocumentBatch({ environment, request: { items } }).catch(() => {});
    const three = named('three.pdf', requestFor('three'));
    const { found, latest } = await findKnownDocuments(clients, environment, [three]);
    // It keeps nobody from sending another document for this person.
    assert.deepEqual(found, []);
    assert.deepEqual(latest && personNote(latest, Date.parse(latest.startedAt)), {
      label: 'Known about SIS A-1',
      description: 'documents may have been submitted just now: the outcome is unknown',
    });
    const other = named('three.pdf', requestFor('three', { namespace: 'SIS', externalId: 'A-2' }));
    const people = [[other], [three, other]];
    for (const documents of people)
      assert.equal((await findKnownDocuments(clients, environment, documents)).latest, undefined);
  });

  it('keeps nobody from sending where it cannot be found out', async () => {
    const answers: (() => Promise<Response>)[] = [
      async () => Response.json({ error: { code: 'NOT_FOUND' } }, { status: 404 }),
      () => new Promise<never>(() => {}),
    ];
    for (const fetch of answers) {
      const client = createClient({ baseUrl: 'http://127.0.0.1:9', accessKey: 'x', fetch });
      const clients = { imports: client, activity: client.activity };
      const unreadable = {
        ...named('x.pdf', requestFor('x')),
        request: () => Promise.reject(new Error('gone')),
      };
      const known = await findKnownDocuments(
        clients,
        environment,
        [unreadable, named('y.pdf', requestFor('y'))],
        50,
      );
      assert.deepEqual(known, { found: [], latest: undefined });
    }
  });
});

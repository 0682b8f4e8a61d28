import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startTestBff, type TestBff } from '../../support/bff/test-bff.ts';
import {
  placesIn,
  samples,
  type WriteName,
  withValueAt,
  writeNames,
} from '../../support/requests/write-samples.ts';
import { findSecrets, type Secrets } from '../../support/secrets/secret-search.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { shortly, write } from './write-with-key.ts';

const firstReference = 'marker-createUser-externalReferences-0-externalId';

/** A request in which every text is a unique marker, except for references, dates and the like. */
function marked(name: WriteName): { request: unknown; markers: Secrets; references: string[] } {
  const markers: Record<string, string> = {};
  const references: string[] = [];
  const request = placesIn(samples[name].whole).reduce<unknown>((at, { place, value }) => {
    if (typeof value !== 'string') return at;
    const where = place.join('.');
    const marker = `marker-${name}-${place.join('-')}`;
    if (/namespace/.test(where)) return at;
    if (/externalId/.test(where)) {
      // A document is somebody's whom Pearsana knows.
      const reference = /externalReference\./.test(where) ? firstReference : marker;
      references.push(reference);
      return withValueAt(at, place, reference);
    }
    if (/currency|dateOfBirth|Intent$/.test(where)) return at;
    // The caller's own name for an item, by which its result is found, is an id.
    if (/itemId/.test(where)) references.push(marker);
    else markers[where] = marker;
    if (/file$/.test(where)) return withValueAt(at, place, btoa(marker));
    return withValueAt(at, place, /email/.test(where) ? `${marker}@example.com` : marker);
  }, samples[name].whole);
  return { request, markers, references };
}

function bytesOf(directory: string): string {
  const files = readdirSync(directory).filter((name) => name.startsWith('journal'));
  assert(files.includes('journal.sqlite'));
  return files.map((name) => readFileSync(join(directory, name), 'latin1')).join('\n');
}

describe('the files of the journal', () => {
  it('hold references and ids, and no name, address, message or key, while it is open and afterwards', async () => {
    using folder = temporaryFolder();
    const data = folder.path;
    const keys: Secrets = Object.fromEntries(
      writeNames.map((name) => [`the key of ${name}`, `marker-idempotency-key-of-${name}`]),
    );
    const all = writeNames.map(marked);
    const secrets = Object.assign({}, keys, ...all.map(({ markers }) => markers));
    const ids: string[] = [];
    let accessKey = '';
    {
      await using bff = await startTestBff({ variables: { BFF_DATA_DIR: data } });
      accessKey = bff.accessKey;
      for (const [index, name] of writeNames.entries()) {
        const wanted = { name, key: keys[`the key of ${name}`] ?? '', request: all[index]?.request };
        const answer = await write(bff, wanted);
        assert.equal(shortly(answer), '201', answer.text);
        ids.push(/(usr|inv|doc)_\w+/.exec(answer.text)?.[0] ?? assert.fail(answer.text));
        // The local Pearsana's answer contains the whole person. The part that is kept can be answered again.
        assert.equal(shortly(await write(bff, wanted)), '201 replayed');
      }
      await assertWithheld(bff);
      assertClean(bytesOf(data));
    }
    assertClean(bytesOf(data));

    function assertClean(bytes: string): void {
      for (const kept of [...ids, ...all.flatMap(({ references }) => references)]) {
        assert(bytes.includes(kept), `${kept} is not there: the search would prove nothing.`);
      }
      assert.deepEqual(findSecrets({ ...secrets, 'the access key': accessKey }, bytes), []);
    }
  });
});

/** An access key that somebody put where a reference belongs is not kept. */
async function assertWithheld(bff: TestBff): Promise<void> {
  const externalReferences = [{ namespace: 'SIS', externalId: `x ${bff.accessKey}` }];
  const request = { ...samples.createUser.least, externalReferences };
  assert.equal(shortly(await write(bff, { name: 'createUser', request })), '201');
  const { text } = await bff.call('/api/environments/sandbox/activity');
  assert.match(text, /"externalId":"x \[redacted\]"/);
}

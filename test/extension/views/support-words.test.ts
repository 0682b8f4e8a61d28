import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Write } from '../../../extension/src/views/activity-pages.ts';
import { supportText } from '../../../extension/src/views/support-words.ts';
import { sandbox } from '../samples.ts';

const write: Write = {
  environment: 'sandbox',
  id: '7',
  operation: 'createInvitation',
  caller: 'ada-lovelace',
  state: 'unknown',
  startedAt: '2026-01-30T12:00:00.000Z',
  endedAt: '2026-01-30T12:00:10.000Z',
  requestId: 'r-1',
  externalReferences: [{ namespace: 'SIS', externalId: 'MARKER-1' }],
  code: 'PARTNER_TIMEOUT',
  status: null,
  partnerRequestId: null,
  result: { note: 'MARKER-2' },
  resolved: null,
};

it('gives Pearsana’s support ids, times and versions, and nobody’s data', () => {
  const second = { ...write, requestId: 'r-2', status: 500, partnerRequestId: 'p-2', operation: 'later' };
  const versions = { extension: 'Pearsana Partner 0.1.0', host: 'VS Code 1.140.0' };
  const text = supportText([write, second], [sandbox], versions);
  for (const part of [
    '2 requests to Pearsana’s Partner API, version 2026-01-30'.replace('’', "'"),
    'POST /v1/invitations at https://sandbox.api.pearsana.com',
    'X-Request-Id: r-1',
    'Sent: 2026-01-30T12:00:00.000Z, ended: 2026-01-30T12:00:10.000Z',
    'outcome unknown (no answer from Pearsana, PARTNER_TIMEOUT)',
    'X-Request-Id: r-2',
    "Pearsana's request id: p-2",
    'Pearsana answered 500',
    'Sent with: Pearsana Partner 0.1.0, VS Code 1.140.0',
  ])
    assert(text.includes(part), `${part}\n${text}`);
  assert.doesNotMatch(text, /MARKER|SIS|ada/);
  assert.match(supportText([write], [], versions), /^One request .*POST \/v1\/invitations at sandbox\n/s);
});

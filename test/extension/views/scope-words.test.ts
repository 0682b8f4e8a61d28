import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scopeList } from '../../../extension/src/views/scope-words.ts';
import { scope } from '../../../shared/scopes.ts';

const checkedAt = '2026-01-30T12:00:00.000Z';
const answer = (scopes: Parameters<typeof scopeList>[0]['result']['scopes']) =>
  scopeList({ environment: 'sandbox', requestId: 'r', partner: null, result: { checkedAt, scopes } });

describe('the scopes of an App Client', () => {
  it('say what each is for, and whether it is enabled', () => {
    const error = { code: 'AUTH_TIMEOUT', message: 'The authorisation server did not answer in time.' };
    const { title, lines } = answer([
      { scope: scope('ping'), grants: 'the connectivity test', enabled: true },
      { scope: scope('partners.users:write'), grants: 'creating users', enabled: false },
      { scope: scope('partners.documents:write'), grants: 'submitting documents', enabled: null, error },
    ]);
    assert.match(title, /^Scopes · sandbox · 1 of 3 enabled, 1 unknown, at \d/);
    assert.deepEqual(
      lines.map(({ label, description }) => `${label}: ${description}`),
      [
        'ping: enabled · the connectivity test',
        'partners.users:write: not enabled · creating users',
        'partners.documents:write: unknown · submitting documents · The authorisation server did not answer in time.',
      ],
    );
    // In words too: an icon alone says nothing to who cannot see it.
    assert.equal(new Set(lines.map(({ icon }) => icon)).size, 3);
    assert.equal(lines[0]?.scope, 'pearsana-partner/ping');
  });

  it('are shown as text, whatever it says', () => {
    const { lines } = answer([{ scope: '$(zap)x', grants: '[go](command:x)', enabled: true }]);
    assert.equal(lines[0]?.label, '$ (zap)x');
    assert.match(lines[0]?.description ?? '', /\[go\] \(command:x\)/);
  });
});

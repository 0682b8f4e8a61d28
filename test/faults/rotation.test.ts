import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { Agent, request } from 'undici';
import { environmentsAnswer } from '../../shared/environments.ts';
import { startBffWith, type TestBff } from '../support/bff/test-bff.ts';
import { type FaultServer, startFaultServer, tokenReply } from '../support/partner/fault-server.ts';
import { until } from '../support/until.ts';

const ping = '/api/environments/sandbox/ping';

describe('a client secret that is rotated', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rotation-'));
  const file = join(folder, 'client-secret');
  let partner: FaultServer;
  let bff: TestBff;
  /** What the authorisation server takes, and for how long its tokens live. */
  let accepted = '';
  let lifetimeSeconds = 3600;
  let refusals = 0;

  beforeEach(async () => {
    accepted = 'secret-1';
    refusals = 0;
    writeFileSync(file, `${accepted}\n`);
    partner = await startFaultServer();
    partner.auth.always(({ body }) => {
      const secret = new URLSearchParams(body).get('client_secret') ?? '';
      const of = `${secret}-${partner.auth.arrivals.length}`;
      if (secret === accepted) return tokenReply(`token-of-${of}`, { expires_in: lifetimeSeconds });
      refusals += 1;
      return { status: 401, body: { error: 'invalid_client' } };
    });
    bff = await startBffWith(
      { sandbox: { ...partner, clientSecretFile: file } },
      { RATE_LIMIT_PER_MINUTE: '1000000' },
    );
  });
  afterEach(async () => {
    await bff.stop();
    await partner.stop();
    rmSync(file, { force: true });
  });

  after(() => rmSync(folder, { recursive: true }));

  /** As a secret store replaces a file: the whole of it at once. */
  function write(secret: string): void {
    writeFileSync(`${file}.new`, `${secret}\n`);
    renameSync(`${file}.new`, file);
  }
  const usedSecret = () =>
    /token-of-(secret-\d)/.exec(partner.api.arrivals.at(-1)?.headers.authorization ?? '')?.[1];

  it('fails none of 10,000 calls, though the old one is refused at once, three times over', async () => {
    // Half of it is margin: there is a refresh nearly every second.
    lifetimeSeconds = 2;
    const statuses = new Map<number, number>();
    const dispatcher = new Agent();
    const headers = { authorization: `Bearer ${bff.accessKey}` };
    let called = 0;
    const work = async () => {
      while (called < 10_000) {
        called += 1;
        if (called % 2_500 === 0 && called < 10_000) {
          accepted = `secret-${1 + called / 2_500}`;
          write(accepted);
        }
        const { statusCode, body } = await request(bff.url + ping, { dispatcher, headers });
        await body.dump();
        statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 16 }, work));
    await dispatcher.destroy();
    assert.deepEqual([...statuses], [[200, 10_000]]);
    // The token of before serves until it is stale or the file has been looked at, a second later at most.
    while (usedSecret() !== 'secret-4') assert.equal((await bff.call(ping)).status, 200);
    assert(partner.auth.arrivals.length < 40, `${partner.auth.arrivals.length} token requests`);
    assert.doesNotMatch(bff.logLines.join(''), /secret-\d/);
  });

  it('is noticed by the refusal of the old one, before anybody looks at the file', async () => {
    accepted = 'secret-2';
    write('secret-2');
    // The file was read at the start: this is the first token of all.
    assert.equal((await bff.call(ping)).status, 200);
    assert.equal(usedSecret(), 'secret-2');
    assert(refusals <= 1);
  });

  it('serves on with the tokens of before while the new one is refused, and says so', async () => {
    assert.equal((await bff.call(ping)).status, 200);
    write('secret-2');
    const replaced = () => bff.logLines.some((line) => line.includes('the client secret was replaced'));
    await until('the file is read', replaced);
    for (let call = 0; call < 5; call += 1) assert.equal((await bff.call(ping)).status, 200);
    await until('the new one is refused', () => refusals === 1);
    assert.equal((await bff.call(ping)).status, 200);
    assert.equal(usedSecret(), 'secret-1');
    const line = bff.logLines.find((each) => each.includes('the old one serves on')) ?? '';
    const { code, environment, servesUntil } = JSON.parse(line) as Record<string, unknown>;
    assert.deepEqual([code, environment], ['CLIENT_CREDENTIALS_REJECTED', 'sandbox']);
    assert.match(String(servesUntil), /^\d{4}-\d\d-\d\dT/);
    const { environments } = environmentsAnswer.parse((await bff.call('/api/environments')).body);
    assert.equal(environments[0]?.tokens[0]?.state, 'stale');
    assert.equal(refusals, 1);
  });

  it('that is away or empty for a moment changes nothing', async () => {
    rmSync(file);
    const noted = (code: string) => () => bff.logLines.some((line) => line.includes(`"code":"${code}"`));
    await until('it is missed', noted('ENOENT'));
    writeFileSync(file, '');
    await until('it is found empty', noted('EMPTY'));
    assert.equal((await bff.call(ping)).status, 200);
    assert.equal(usedSecret(), 'secret-1');
  });
});

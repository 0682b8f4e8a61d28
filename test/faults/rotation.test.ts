import assert from 'node:assert/strict';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Agent, request } from 'undici';
import { environmentsAnswer } from '../../shared/environments.ts';
import { startBffWith } from '../support/bff/test-bff.ts';
import { startFaultServer, tokenReply } from '../support/partner/fault-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const ping = '/api/environments/sandbox/ping';

/** A BFF that has its client secret from a file, and an authorisation server that takes one secret. */
async function startRotating() {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(temporaryFolder());
  const file = join(folder.path, 'client-secret');
  const partner = stack.use(await startFaultServer());
  /** The secret that the authorisation server accepts, the lifetime of its tokens, and how often it has refused. */
  const server = { accepted: 'secret-1', lifetimeSeconds: 3600, refusals: 0 };
  writeFileSync(file, `${server.accepted}\n`);
  partner.auth.always(({ body }) => {
    const secret = new URLSearchParams(body).get('client_secret') ?? '';
    const of = `${secret}-${partner.auth.arrivals.length}`;
    if (secret === server.accepted)
      return tokenReply(`token-of-${of}`, { expires_in: server.lifetimeSeconds });
    server.refusals += 1;
    return { status: 401, body: { error: 'invalid_client' } };
  });
  const bff = stack.use(
    await startBffWith(
      { sandbox: { ...partner, clientSecretFile: file } },
      { RATE_LIMIT_PER_MINUTE: '1000000' },
    ),
  );
  const kept = stack.move();
  return {
    partner,
    bff,
    server,
    file,
    /** As a secret store replaces a file: the whole of it at once. */
    write(secret: string): void {
      writeFileSync(`${file}.new`, `${secret}\n`);
      renameSync(`${file}.new`, file);
    },
    usedSecret: () =>
      /token-of-(secret-\d)/.exec(partner.api.arrivals.at(-1)?.headers.authorization ?? '')?.[1],
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

describe('a client secret that is rotated', () => {
  it('fails none of 10,000 calls, though the old one is refused at once, three times over', async () => {
    await using rotating = await startRotating();
    const { partner, bff, server, write, usedSecret } = rotating;
    // Half of it is margin: there is a refresh nearly every second.
    server.lifetimeSeconds = 2;
    const statuses = new Map<number, number>();
    const dispatcher = new Agent();
    const headers = { authorization: `Bearer ${bff.accessKey}` };
    let called = 0;
    const work = async () => {
      while (called < 10_000) {
        called += 1;
        if (called % 2_500 === 0 && called < 10_000) {
          server.accepted = `secret-${1 + called / 2_500}`;
          write(server.accepted);
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
    await using rotating = await startRotating();
    const { bff, server, write, usedSecret } = rotating;
    server.accepted = 'secret-2';
    write('secret-2');
    // The file was read at the start: this is the first token of all.
    assert.equal((await bff.call(ping)).status, 200);
    assert.equal(usedSecret(), 'secret-2');
    assert(server.refusals <= 1);
  });

  it('serves on with the tokens of before while the new one is refused, and says so', async () => {
    await using rotating = await startRotating();
    const { bff, server, write, usedSecret } = rotating;
    assert.equal((await bff.call(ping)).status, 200);
    write('secret-2');
    const replaced = () => bff.logLines.some((line) => line.includes('the client secret was replaced'));
    await until('the file is read', replaced);
    for (let call = 0; call < 5; call += 1) assert.equal((await bff.call(ping)).status, 200);
    await until('the new one is refused', () => server.refusals === 1);
    assert.equal((await bff.call(ping)).status, 200);
    assert.equal(usedSecret(), 'secret-1');
    const line = bff.logLines.find((each) => each.includes('the old one is still in use')) ?? '';
    const { code, environment, servesUntil } = JSON.parse(line) as Record<string, unknown>;
    assert.deepEqual([code, environment], ['CLIENT_CREDENTIALS_REJECTED', 'sandbox']);
    assert.match(String(servesUntil), /^\d{4}-\d\d-\d\dT/);
    const { environments } = environmentsAnswer.parse((await bff.call('/api/environments')).body);
    assert.equal(environments[0]?.tokens[0]?.state, 'stale');
    assert.equal(server.refusals, 1);
  });

  it('that is away or empty for a moment changes nothing', async () => {
    await using rotating = await startRotating();
    const { bff, file, usedSecret } = rotating;
    rmSync(file);
    const noted = (code: string) => () => bff.logLines.some((line) => line.includes(`"code":"${code}"`));
    await until('it is missed', noted('ENOENT'));
    writeFileSync(file, '');
    await until('it is found empty', noted('EMPTY'));
    assert.equal((await bff.call(ping)).status, 200);
    assert.equal(usedSecret(), 'secret-1');
  });
});

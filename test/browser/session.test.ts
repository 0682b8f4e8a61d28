// Signing in from an internal page, in a real browser: page, BFF behind a proxy that ends TLS, and a real OpenID provider
// of another site. For a browser, `127.0.0.1` is one site whatever the port, and `localhost` is another.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { startLocalPearsana } from '../../server/local-pearsana/start-local-pearsana.ts';
import { startBffProcess } from '../support/bff/bff-process.ts';
import { accessibilityFaults } from '../support/browser/accessibility.ts';
import { hasChromium, launchChromium } from '../support/browser/chromium.ts';
import { makeCertificate, type Passed, passOnTo, startHttps } from '../support/network/https.ts';
import { startRecordingProxy } from '../support/network/recording-proxy.ts';
import { partnerVariables } from '../support/partner/partner-variables.ts';
import { samples } from '../support/requests/good-requests.ts';
import { findSecrets } from '../support/secrets/secret-search.ts';
import { startOpenIdProvider } from '../support/sign-in/openid-provider.ts';

const root = join(import.meta.dirname, '../..');
const sessionCookie = '__Host-pearsana-session';
const available = await hasChromium();

test('an internal page', {
  skip: available ? false : 'there is no browser here',
  timeout: 120_000,
}, async (t) => {
  const passed: Passed[] = [];

  /** Of the BFF, the page, a page of the same site that is not listed, and a page of another site. */
  const at = { bff: '', tool: '', neighbour: '', stranger: '' };

  await using certificate = await makeCertificate();
  await using front = await startHttps(certificate);
  at.bff = `https://127.0.0.1:${front.port}`;
  await using tool = await startHttps(certificate);
  at.tool = `https://127.0.0.1:${tool.port}`;
  await using hostile = await startHttps(certificate);
  at.neighbour = `https://127.0.0.1:${hostile.port}`;
  at.stranger = `https://localhost:${hostile.port}`;
  tool.handle(await servePage(at.bff));
  hostile.handle(serveHostilePage(at.bff));
  await using provider = await startOpenIdProvider(certificate, `${at.bff}/auth/callback`);
  await using pearsana = await startLocalPearsana();
  await using api = await startRecordingProxy(pearsana.apiUrl);
  const partner = { ...pearsana, apiUrl: api.url };
  await using bff = await startBffProcess({
    ...partnerVariables({ sandbox: partner, production: partner }),
    NODE_EXTRA_CA_CERTS: certificate.file,
    BFF_PUBLIC_URL: at.bff,
    BFF_TRUST_PROXY: '1',
    BFF_ALLOWED_ORIGINS: at.tool,
    BFF_OIDC_ISSUER: provider.issuer,
    BFF_OIDC_CLIENT_ID: provider.clientId,
    BFF_OIDC_CLIENT_SECRET: provider.clientSecret,
    BFF_OIDC_GRANTS: 'groups:registrars=sandbox:*,production:createInvitation',
    BFF_OIDC_RETURN_URLS: `${at.tool}/,${at.bff}/`,
  });
  front.handle(passOnTo(bff.url, passed));
  await using browser = await launchChromium();
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();

  const output = () => page.locator('output');
  const press = (name: string) => page.click(`#${name}`);
  /** At the provider's own pages: who one is, and the consent. */
  async function signInAs(name: string, on = page): Promise<void> {
    await on.waitForURL(`${provider.issuer}/**`);
    await on.fill('[name=login]', name);
    await on.fill('[name=password]', 'any');
    await on.click('[type=submit]');
    await on.click('button:has-text("Continue")');
  }
  const sessionFromPage = () =>
    page.evaluate(async (origin) => {
      const answer = await fetch(`${origin}/api/session`, {
        credentials: 'include',
        headers: { 'x-pearsana-client': 'test' },
      });
      return { status: answer.status, text: await answer.text() };
    }, at.bff);

  await t.test('sends who is not signed in to the provider, and has them back, signed in', async () => {
    await page.goto(`${at.tool}/`);
    await press('ping');
    await signInAs('registrar-ada');
    await page.waitForURL(`${at.tool}/`);
    await press('ping');
    await output().getByText('Authorized').waitFor();
    const { status, text } = await sessionFromPage();
    assert.equal(status, 200);
    const { caller, grants } = JSON.parse(text);
    assert.deepEqual(caller, { id: 'user:registrar-ada', kind: 'session' });
    assert.deepEqual(grants, ['sandbox:*', 'production:createInvitation']);
  });

  await t.test('holds no token, and its one cookie is out of reach', async () => {
    const cookies = await context.cookies(at.bff);
    const { value, ...shape } = cookies.find(({ name }) => name === sessionCookie) ?? {};
    assert.match(value ?? '', /^[\w-]{43}$/);
    assert.deepEqual(shape, {
      ...{ name: sessionCookie, domain: '127.0.0.1', path: '/', expires: -1 },
      ...{ httpOnly: true, secure: true, sameSite: 'Strict' },
    });
    const seen = await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length]);
    assert.deepEqual(seen, ['', 0, 0]);
  });

  await t.test('invites where it is protected, once the name is typed', async () => {
    page.once('dialog', (dialog) => dialog.accept('productoin'));
    await press('invite');
    await output().getByText('production is protected').waitFor();
    const sent = () => api.exchanges.filter(({ path }) => path === '/v1/invitations').length;
    assert.equal(sent(), 0);
    page.once('dialog', (dialog) => dialog.accept('production'));
    await press('invite');
    await output()
      .getByText(/^Invited: inv_/)
      .waitFor();
    assert.equal(sent(), 1);
  });

  await t.test(
    'can lead back to a page of the BFF’s own host, which the strict cookie reaches at once',
    async () => {
      // With a login in between: only then is it the provider's page that leads back, which is of another site.
      const anew = await browser.newContext({ ignoreHTTPSErrors: true });
      const other = await anew.newPage();
      await other.goto(`${at.bff}/auth/login?return=${encodeURIComponent(`${at.bff}/`)}`);
      await signInAs('registrar-grace', other);
      // Where the BFF has no page of its own, it leads to its documentation.
      await other.waitForURL(`${at.bff}/docs`);
      const arrived = passed.findLast(({ path }) => path === '/');
      assert.match(arrived?.headers.cookie ?? '', new RegExp(sessionCookie));
      const callback = passed.findLast(({ path }) => path.startsWith('/auth/callback'));
      assert.equal(callback?.headers['sec-fetch-site'], 'cross-site');
      await anew.close();
    },
  );

  await t.test('asks whether a window may act for the person, on a page that everybody can use', async () => {
    const window = new URLSearchParams({
      challenge: 'c'.repeat(43),
      state: 's'.repeat(22),
      redirect_uri: Buffer.from('vscode://pearsana-tools.pearsana-partner/signed-in').toString('base64url'),
    });
    const other = await context.newPage();
    for (const colorScheme of ['light', 'dark'] as const) {
      await other.emulateMedia({ colorScheme });
      await other.goto(`${at.bff}/auth/vscode?${window}`);
      await other.getByRole('heading', { name: 'Let VS Code act for you?' }).waitFor();
      assert.deepEqual(await accessibilityFaults(other), []);
    }
    await other.goto(`${at.bff}/auth/callback?error=access_denied&state=${'x'.repeat(22)}`);
    await other.getByRole('heading').waitFor();
    assert.deepEqual(await accessibilityFaults(other), []);
    await other.close();
  });

  /** The requests for invitations from a hostile page that tried everything. */
  async function attackFrom(origin: string): Promise<{ page: Page; came: Passed[]; invitations: number }> {
    const before = passed.length;
    const sentBefore = api.exchanges.length;
    const attacker = await context.newPage();
    for (const how of ['text', 'form', 'multipart']) {
      await attacker.goto(`${origin}/`);
      await Promise.all([attacker.waitForURL(`${at.bff}/**`), attacker.click(`#${how}`)]);
    }
    await attacker.goto(`${origin}/`);
    await attacker.click('#fetch');
    await attacker.locator('output').getByText(/./).waitFor();
    const came = passed.slice(before).filter(({ path }) => path !== '/favicon.ico');
    return { page: attacker, came, invitations: api.exchanges.length - sentBefore };
  }

  await t.test('of another site gets no cookie sent, and nothing done', async () => {
    const { page: attacker, came, invitations } = await attackFrom(at.stranger);
    assert.equal(await attacker.locator('output').textContent(), 'blocked,blocked');
    assert(came.length >= 5);
    for (const { headers, method, status } of came) {
      assert.doesNotMatch(headers.cookie ?? '', /pearsana-session/);
      assert(method === 'OPTIONS' ? status === 403 : status === 401, `${method} ${status}`);
    }
    assert.equal(invitations, 0);
    await attacker.close();
  });

  await t.test('of the same site that is not listed gets the cookie sent, and nothing done', async () => {
    const { page: attacker, came, invitations } = await attackFrom(at.neighbour);
    assert.equal(await attacker.locator('output').textContent(), 'blocked,blocked');
    const writes = came.filter(({ method }) => method === 'POST');
    assert.equal(writes.length, 4);
    for (const { headers, status } of writes) {
      assert.match(headers.cookie ?? '', /pearsana-session/);
      assert.equal(status, 403);
    }
    assert(came.some(({ method, status }) => method === 'OPTIONS' && status === 403));
    assert.equal(invitations, 0);
    await attacker.close();
  });

  await t.test('is signed out by its user, here and at the BFF', async () => {
    const stolen = (await context.cookies(at.bff)).find(({ name }) => name === sessionCookie);
    await press('leave');
    await output().getByText('Signed out.').waitFor();
    assert.equal(
      (await context.cookies(at.bff)).find(({ name }) => name === sessionCookie),
      undefined,
    );
    assert.equal((await sessionFromPage()).status, 401);
    assert(stolen);
    await context.addCookies([stolen]);
    assert.equal((await sessionFromPage()).status, 401);
  });

  await t.test('does not get in who is granted nothing, and says whom to ask', async () => {
    const guest = await browser.newContext({ ignoreHTTPSErrors: true });
    const other = await guest.newPage();
    await other.goto(`${at.bff}/auth/login`);
    await signInAs('guest-eve', other);
    await other.getByText('you have no access here').waitFor();
    await other.getByText('give them this name: user:guest-eve').waitFor();
    const names = (await guest.cookies(at.bff)).map(({ name }) => name);
    assert(!names.includes(sessionCookie));
    await guest.close();
  });

  await t.test('left nothing secret in the log', async () => {
    const secrets: Record<string, string> = { 'the client secret': provider.clientSecret };
    for (const { path, headers } of passed) {
      for (const name of ['code', 'state']) {
        const value = new URL(path, at.bff).searchParams.get(name);
        if (value) secrets[`the ${name} ${value}`] = value;
      }
      for (const cookie of headers.cookie?.split('; ') ?? []) secrets[cookie] = cookie.split('=')[1] ?? '';
    }
    assert(Object.keys(secrets).length > 6);
    assert.deepEqual(findSecrets(secrets, bff.output()), []);
    assert.match(bff.output(), /user:registrar-ada/);
  });
});

/** The page in docs/sign-in.md itself, bundled as its author would. */
async function servePage(bff: string): Promise<RequestListener> {
  const documentation = readFileSync(join(root, 'docs/sign-in.md'), 'utf8');
  const [, source = ''] = /```ts page\n(.*?)```/s.exec(documentation) ?? [];
  const { outputFiles } = await build({
    stdin: { contents: source.replace('https://bff.example.com', bff), resolveDir: root, loader: 'ts' },
    alias: { 'pearsana-partner-client': join(root, 'client/index.ts') },
    ...{ bundle: true, write: false, format: 'esm', target: 'es2022' },
  });
  const script = outputFiles[0]?.text ?? '';
  const html = `<!doctype html><meta charset="utf-8"><title>Tool</title>
<button id="ping">Ping</button><button id="invite">Invite</button><button id="leave">Leave</button><output></output>
<script type="module" src="/page.js"></script>`;
  return serve({ '/': ['text/html', html], '/page.js': ['text/javascript', script] });
}

/** What a hostile page can do without the user's help: forms of each kind, and fetch with and without CORS. */
function serveHostilePage(bff: string): RequestListener {
  const target = `${bff}/api/environments/sandbox/invitations`;
  const json = JSON.stringify(samples.createInvitation('eve'));
  // A form sends `name=value`; this one makes JSON of that.
  const name = `${json.slice(0, -1)},"a":"`.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  const field = `<input type="hidden" name="${name}" value="&quot;}">`;
  const form = (type: string, id: string) =>
    `<form method="post" action="${target}" enctype="${type}">${field}<button id="${id}">${id}</button></form>`;
  const script = `
    const attempt = (init) => fetch(${JSON.stringify(target)}, { method: 'POST', credentials: 'include', body: ${JSON.stringify(json)}, ...init })
      .then(({ type }) => type, () => 'blocked');
    document.querySelector('#fetch').onclick = async () => {
      const withHeader = await attempt({ headers: { 'content-type': 'application/json', 'x-pearsana-client': 'page' } });
      const simple = await attempt({ mode: 'no-cors', headers: { 'content-type': 'text/plain' } });
      document.querySelector('output').value = [withHeader, simple].join();
    };`;
  const html = `<!doctype html><meta charset="utf-8"><title>Hostile</title>
${form('text/plain', 'text')}${form('application/x-www-form-urlencoded', 'form')}${form('multipart/form-data', 'multipart')}
<button id="fetch">fetch</button><output></output><script>${script}</script>`;
  return serve({ '/': ['text/html', html] });
}

function serve(files: Record<string, [type: string, content: string]>): RequestListener {
  return (request, response) => {
    const [type, content] = files[request.url ?? ''] ?? [];
    if (content === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(content);
  };
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isAllowedOrigin } from '../../../server/config/allowed-origins.ts';
import { configOf, faultsOf } from './config-of.ts';

const allowed = (entries: string) => configOf({ BFF_ALLOWED_ORIGINS: entries }).allowedOrigins;

describe('the allowed origins', () => {
  it('are none by default, and what is listed otherwise', () => {
    assert.equal(isAllowedOrigin('https://tool.example.com', allowed('')), false);
    const listed = allowed(' https://tool.example.com , http://localhost:3000,https://a.example.com:8443 ');
    for (const origin of [
      'https://tool.example.com',
      'http://localhost:3000',
      'https://a.example.com:8443',
    ]) {
      assert.equal(isAllowedOrigin(origin, listed), true, origin);
    }
    for (const origin of [
      'https://tool.example.com.evil.example',
      'https://eviltool.example.com',
      'https://tool.example.com:444',
      'http://tool.example.com',
      'https://TOOL.example.com',
      'https://tool.example.com/',
      'http://localhost:3001',
      'null',
      '',
    ]) {
      assert.equal(isAllowedOrigin(origin, listed), false, origin);
    }
  });

  const web = allowed('vscode-web');
  for (const [origin, yes] of [
    ['https://abc123.vscode-cdn.net', true],
    ['https://v--0-a.region.vscode-cdn.net', true],
    ['https://vscode-cdn.net', false],
    ['https://evilvscode-cdn.net', false],
    ['https://x.vscode-cdn.net.evil.example', false],
    ['https://x.vscode-cdn.net:444', false],
    ['http://x.vscode-cdn.net', false],
    ['https://x.y.z.vscode-cdn.net', false],
    ['https://x.vscode-cdn.net\n', false],
    ['https://vscode.dev', false],
  ] as const) {
    it(`of VS Code’s web hosts ${yes ? 'hold' : 'do not hold'} ${JSON.stringify(origin)}`, () => {
      assert.equal(isAllowedOrigin(origin, web), yes);
    });
  }

  for (const entry of [
    '*',
    'null',
    'https://*.example.com',
    'https://tool.example.com/',
    'https://tool.example.com/path',
    'https://tool.example.com?a',
    'https://user@tool.example.com',
    'https://TOOL.example.com',
    'https://tool.example.com:443',
    'http://tool.example.com',
    'http://localhost.example.com',
    'tool.example.com',
    'file:///',
    'vscode-webview://a',
    'VSCODE-WEB',
    'javascript:alert(1)',
  ]) {
    it(`must not list ${entry}`, () => {
      const [fault = '', ...more] = faultsOf({ BFF_ALLOWED_ORIGINS: `https://a.example.com,${entry}` });
      assert.match(fault, /^BFF_ALLOWED_ORIGINS must list exact origins/);
      assert.deepEqual(more, []);
    });
  }
});

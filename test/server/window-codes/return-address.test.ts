import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createReturnAddressCheck, withAnswer } from '../../../server/window-codes/return-address.ts';

const extension = 'pearsana-tools.pearsana-partner';
const origins = ['https://code.example.com', 'http://127.0.0.1:9000'];
const schemes = ['vscode', 'vscode-insiders', 'cursor'];
const check = createReturnAddressCheck({ schemes, origins, vscodeWeb: false });
const withWeb = createReturnAddressCheck({ schemes, origins, vscodeWeb: true });

function workbench(origin: string, changed: Record<string, string> = {}, path = '/callback'): string {
  const query = new URLSearchParams({
    'vscode-reqid': '1',
    'vscode-scheme': 'code-oss',
    'vscode-authority': extension,
    'vscode-path': '/signed-in',
    ...changed,
  });
  // As a workbench writes it: slashes are not escaped there, nor do they have to be.
  return `${origin}${path}?${query}`;
}

describe('an address to go back to', () => {
  const good: [uri: string, formAction: string][] = [
    [`vscode://${extension}/signed-in`, 'vscode:'],
    [`vscode://${extension}/signed-in?windowId=3`, 'vscode:'],
    [`vscode://${extension}/signed-in?windowId=_`, 'vscode:'],
    [`vscode-insiders://${extension}/signed-in`, 'vscode-insiders:'],
    [`cursor://${extension}/signed-in`, 'cursor:'],
    [workbench('https://code.example.com'), 'https://code.example.com'],
    [workbench('http://127.0.0.1:9000', {}, '/stable-abc/callback'), 'http://127.0.0.1:9000'],
    [workbench('http://127.0.0.1:9000').replaceAll('%2F', '/'), 'http://127.0.0.1:9000'],
  ];
  for (const [uri, formAction] of good) {
    it(`may be ${uri}`, () => assert.equal(check(uri)?.formAction, formAction));
  }

  const bad: unknown[] = [
    ...[undefined, '', ['vscode://x'], {}, 5],
    ...[
      `vscodium://${extension}/signed-in`,
      `VSCODE://${extension}/signed-in`,
      `evil-vscode://${extension}/signed-in`,
    ],
    ...[
      `vscode://evil.extension/signed-in`,
      `vscode://${extension}.evil/signed-in`,
      `vscode://${extension}@evil/signed-in`,
    ],
    ...[
      `vscode://evil@${extension}/signed-in`,
      `vscode://${extension}:80/signed-in`,
      `vscode:/${extension}/signed-in`,
    ],
    ...[`vscode://${extension}/signed-in/more`, `vscode://${extension}/signed-in2`, `vscode://${extension}/`],
    ...[
      `vscode://${extension}/signed-in#x`,
      `vscode://${extension}/signed-in?x=1`,
      `vscode://${extension}/../signed-in`,
    ],
    ...[`vscode://${extension}/signed-in?windowId=1&code=x`, `vscode://${extension}/signed-in?windowId=1%0d`],
    ...[
      `vscode://${extension}/signed-in\n`,
      ` vscode://${extension}/signed-in`,
      `javascript://${extension}/signed-in`,
    ],
    ...[
      workbench('https://code.example.com.evil.example'),
      workbench('https://evil.example'),
      workbench('null'),
    ],
    ...[
      workbench('http://code.example.com'),
      workbench('https://code.example.com:444'),
      workbench('https://x@code.example.com'),
    ],
    ...[
      workbench('https://code.example.com@evil.example'),
      workbench('//code.example.com'),
      workbench('https://CODE.example.com'),
    ],
    ...[
      workbench('https://code.example.com', {}, '/'),
      workbench('https://code.example.com', {}, '//evil.example/callback'),
    ],
    ...[
      workbench('https://code.example.com', {}, '/redirect'),
      workbench('https://code.example.com', {}, '/a/../callback'),
    ],
    ...[
      workbench('https://code.example.com', {}, '/a%2f..%2fcallback'),
      workbench('https://code.example.com', {}, '\\callback'),
    ],
    ...[workbench('https://code.example.com', { 'vscode-authority': 'evil.extension' })],
    ...[
      workbench('https://code.example.com', { 'vscode-path': '/other' }),
      workbench('https://code.example.com', { 'vscode-reqid': 'x' }),
    ],
    ...[
      workbench('https://code.example.com', { 'vscode-query': 'code=x' }),
      workbench('https://code.example.com', { code: 'x' }),
    ],
    ...[
      `${workbench('https://code.example.com')}&vscode-authority=evil.extension`,
      `${workbench('https://code.example.com')}#x`,
    ],
    ...[workbench('https://vscode.dev'), workbench('https://x.vscode-cdn.net')],
    workbench('https://code.example.com', { 'vscode-scheme': 'x'.repeat(1_000) }),
    // Each is looked at from its first character to its last.
    ...[`${extension}.evil`, `evil.${extension}`, `${extension.replace('.', 'x')}`].map((each) =>
      workbench('https://code.example.com', { 'vscode-authority': each }),
    ),
    ...['/signed-in/x', '/x/signed-in', '/signed-in '].map((each) =>
      workbench('https://code.example.com', { 'vscode-path': each }),
    ),
    ...['1x', 'x1', '1'.repeat(10), ''].map((each) =>
      workbench('https://code.example.com', { 'vscode-reqid': each }),
    ),
    ...['VSCODE', '1vscode', 'vs code', 'v', ''].map((each) =>
      workbench('https://code.example.com', { 'vscode-scheme': each }),
    ),
    ...['/callback/x', '/callbackx', '/callback/', '/xcallback', '/a b/callback'].map((path) =>
      workbench('https://code.example.com', {}, path),
    ),
    ...[
      'x?windowId=1',
      '/x?windowId=1',
      '?x&windowId=1',
      '?windowId=1x',
      '?windowId=1234567890',
      '?windowId=',
    ].map((rest) => `vscode://${extension}/signed-in${rest}`),
    // As many parameters as there must be, and one of them another.
    workbench('https://code.example.com').replace(/vscode-scheme=[^&]*/, 'other=vscode'),
    workbench('https://code.example.com').replace(/vscode-scheme=[^&]*/, 'vscode-reqid=2'),
  ];
  for (const uri of bad) {
    it(`may not be ${JSON.stringify(uri)?.slice(0, 160)}`, () => assert.equal(check(uri), undefined));
  }

  it('has at most a thousand characters', () => {
    const long = (length: number) => {
      const short = workbench('https://code.example.com', {}, '/a/callback');
      return short.replace('/a/', `/${'a'.repeat(1 + length - short.length)}/`);
    };
    assert.equal(long(1_000).length, 1_000);
    assert.equal(check(long(1_000))?.uri, long(1_000));
    assert.equal(check(long(1_001)), undefined);
  });

  it('may be VS Code’s own site where that is switched on, and nobody’s extension there', () => {
    assert.equal(withWeb(workbench('https://vscode.dev'))?.formAction, 'https://vscode.dev');
    assert.equal(
      withWeb(workbench('https://insiders.vscode.dev', {}, '/a/b/callback'))?.formAction,
      'https://insiders.vscode.dev',
    );
    for (const origin of [
      'https://x.vscode-cdn.net',
      'https://vscode.dev.evil.example',
      'http://vscode.dev',
      'https://evil.vscode.dev',
    ])
      assert.equal(withWeb(workbench(origin)), undefined, origin);
  });

  it('gets the answer behind what it holds already', () => {
    const [bare, window] = [
      check(`vscode://${extension}/signed-in`),
      check(`vscode://${extension}/signed-in?windowId=3`),
    ];
    assert(bare && window);
    assert.equal(
      withAnswer(bare, { code: 'c', state: 's' }),
      `vscode://${extension}/signed-in?code=c&state=s`,
    );
    assert.equal(
      withAnswer(window, { error: 'access_denied', state: 's' }),
      `vscode://${extension}/signed-in?windowId=3&error=access_denied&state=s`,
    );
  });
});

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { asMarkdown } from '../../extension/src/plain-text.ts';

it('leaves nothing in a line of which Markdown would make a link or markup', () => {
  for (const [line, markdown] of [
    ['See https://evil.example/x', 'See https\\:\\/\\/evil\\.example\\/x'],
    ['www.evil.example', 'www\\.evil\\.example'],
    ['ada@evil.example', 'ada\\@evil\\.example'],
    ['[x](command:y) <b> &lt;', '\\[x\\]\\(command\\:y\\) \\<b\\> \\&lt\\;'],
    ['José 日本 42', 'José 日本 42'],
  ] as const)
    assert.equal(asMarkdown(line), markdown);
});

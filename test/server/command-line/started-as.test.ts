import assert from 'node:assert/strict';
import { it } from 'node:test';
import { startedAs } from '../../../server/command-line/started-as.ts';

it('a hint names the command so that it can be typed where the reader is', (t) => {
  for (const [file, here, words] of [
    ['/home/ada/bff/server/main.ts', '/home/ada/bff', 'npm run access -- list'],
    ['/opt/bff/server.js', '/opt/bff', 'node server.js access list'],
    ['/opt/bff/server.js', '/home/ada', 'node /opt/bff/server.js access list'],
    ['/opt/bff/server.js', '/', 'node /opt/bff/server.js access list'],
    ['/opt/the bff/server.js', '/', 'node "/opt/the bff/server.js" access list'],
  ] as const)
    assert.equal(`${startedAs('access', file, here)} list`, words);
  process.execArgv.push('--title=pearsana-bff');
  t.after(() => process.execArgv.pop());
  assert.equal(startedAs('access', '/opt/bff/server.js', '/'), 'pearsana-bff access');
});

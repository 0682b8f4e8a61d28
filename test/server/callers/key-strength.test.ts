import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isWeak } from '../../../server/callers/key-strength.ts';

test('a key can be guessed up to eight characters that nobody could foresee, and not from nine on', () => {
  assert.equal(isWeak('x7kq-2mvz'), true);
  assert.equal(isWeak('x7kq-2mvz-p'), false);
});

for (const key of [
  'password-passwort-passphrase-passwd-secret-access-admin-administrator',
  'login-key-apikey-token-bearer-credential-auth-user',
  'root-test-demo-example-sample-default-change-changeme',
  'please-letmein-welcome-iloveyou-dragon-monkey-master-super',
  'server-service-local-sandbox-production-development-staging-prod',
  'bff-pearsana-partner-pbff-backend-frontend-vscode-university',
  'college-school-student-registrar-client-company-summer-winter',
  'spring-autumn-hello-world-your-this-that-with',
  'change-me-to-something-random-please',
  'replace-this-value-with-a-secure-random-string',
  'insert-your-access-key-here-32-characters',
  'not-for-production-set-a-random-value',
  'from-the-and-correcthorsebatterystaple-placeholder-todo-key-user',
])
  test(`eight words that everybody takes can be guessed: ${key}`, () => {
    assert.equal(isWeak(key), true);
  });

for (const [what, part] of [
  ['a repetition', 'x7kx7kx7kx7kx7kx7k'],
  ['a run of the keyboard', 'x7k-qwertyuiop'],
  ['a year', 'x7k-1987'],
  ['digits for letters', 'x7k-P@55w0rd'],
] as const)
  test(`${what} counts as one character`, () => {
    assert.equal(isWeak(`${part}-2m`), true);
    assert.equal(isWeak(`${part}-2mvz-p9hd`), false);
  });

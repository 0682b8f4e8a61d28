import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import spectral, { type ISpectralDiagnostic, type RulesetDefinition } from '@stoplight/spectral-core';
import owasp from '@stoplight/spectral-owasp-ruleset';
import { oas } from '@stoplight/spectral-rulesets';
import { createOpenApiDocument, serverAt } from '../../../server/openapi/openapi-document.ts';
import { schemasReachedFrom } from './schema-references.ts';

/** The description of a BFF that runs for others. On loopback it has plain http, which the OWASP rules always report. */
const document = { ...createOpenApiDocument(), servers: [serverAt('https://bff.example.com')] };

const requestSchemas = schemasReachedFrom(
  document,
  Object.values(document.paths).flatMap((path) =>
    Object.values(path).flatMap(({ requestBody, parameters }) => [requestBody, parameters]),
  ),
);

/** Findings that are not about requests. Each must occur at least once; otherwise it is removed here. */
const aside: { why: string; rules: RegExp; places: (place: string) => boolean }[] = [
  {
    why: 'An answer holds what Pearsana says, as long as that is.',
    rules: /api4:2023-(string-limit|string-restricted|array-limit)$/,
    places: (place) =>
      /\.responses\./.test(place) ||
      (/^components\.schemas\./.test(place) && !requestSchemas.has(place.split('.')[2] ?? '')),
  },
  {
    why: 'Probes are for supervisors, which have no access key; they reach nobody, so they need no limit by caller.',
    rules:
      /api2:2023-read-restricted$|api4:2023-rate-limit(-responses-429)?$|api8:2023-define-error-responses-401$/,
    places: (place) => /^paths\.\/(livez|readyz)\./.test(place),
  },
  {
    why: 'Who signs in has nothing to show yet: only the ways to sign in, and a code that is good once.',
    rules: /api2:2023-(read|write)-restricted$|api8:2023-define-error-responses-401$/,
    places: (place) => /^paths\.\/auth\/(methods|vscode\/token)\./.test(place),
  },
  {
    why: 'Signing in is limited by address: no caller is known yet who could be told how many tries are left.',
    rules: /api4:2023-rate-limit$/,
    places: (place) => /^paths\.\/auth\/(methods|vscode\/(token|revoke))\./.test(place),
  },
  {
    why: 'Signing out is possible at any time, as often as one likes, and whether or not the session lasts.',
    rules: /api4:2023-rate-limit(-responses-429)?$|api8:2023-define-error-responses-401$/,
    places: (place) => /^paths\.\/auth\/logout\./.test(place),
  },
  {
    why: 'Probes are not for pages: CORS is for the API alone.',
    rules: /api8:2023-define-cors-origin$/,
    places: (place) => /^paths\.\/(livez|readyz)\./.test(place),
  },
];

async function lint(ruleset: object, linted: object): Promise<ISpectralDiagnostic[]> {
  const linter = new spectral.Spectral();
  // Spectral’s own rulesets are not of the type that it asks for.
  linter.setRuleset(ruleset as RulesetDefinition);
  return linter.run({ ...linted });
}

const words = ({ code, path, message }: ISpectralDiagnostic) => `${code} at ${path.join('.')}: ${message}`;
const isAside =
  ({ code, path }: ISpectralDiagnostic) =>
  ({ rules, places }: (typeof aside)[number]) =>
    rules.test(String(code)) && places(path.join('.'));

describe('/openapi.json under Spectral', () => {
  it('keeps every rule for OpenAPI', async () => {
    assert.deepEqual((await lint({ extends: [oas] }, document)).map(words), []);
  });

  it('keeps every rule of OWASP for requests', async () => {
    const found = await lint({ extends: [[owasp, 'all']] }, document);
    assert.deepEqual(found.filter((each) => !aside.some(isAside(each))).map(words), []);
    for (const one of aside)
      assert(
        found.some((each) => isAside(each)(one)),
        one.why,
      );
  });

  it('would hear of a request without limits', async () => {
    const spoilt = structuredClone(document);
    spoilt.components.schemas.CreateUserRequest = {
      type: 'object',
      properties: { firstName: { type: 'string', pattern: '\\S' } },
    };
    const found = (await lint({ extends: [[owasp, 'all']] }, spoilt)).filter(
      (each) => !aside.some(isAside(each)),
    );
    assert.deepEqual([...new Set(found.map(({ code }) => code))], ['owasp:api4:2023-string-limit']);
  });
});

import { METHODS } from 'node:http';
import fc from 'fast-check';
import { type OperationName, operationNames, operations } from '../../../shared/operations.ts';
import { goodRequest, type Ingredients, type Sent, sampleOf } from './good-requests.ts';
import { operationPath } from './paths.ts';

/** Requests that nobody should send, mostly with the right key, because without it they would be refused at once. */
export function badRequest(ingredients: Ingredients): fc.Arbitrary<Sent> {
  const { marker, accessKey, environments } = ingredients;
  const pick = <Value>(...values: Value[]) => fc.constantFrom(...values);
  const operation = fc.tuple(
    pick(...operationNames),
    pick(...environments, ...environments, accessKey, 'nowhere'),
  );
  const method = pick(...METHODS.filter((each) => each !== 'CONNECT'));
  const query = pick(
    '',
    `?q=${marker}`,
    `?access_key=${accessKey}&${marker}`,
    `?${marker}=%zz`,
    `?a[${marker}]=1`,
  );
  const otherPath = pick(
    ...[
      '/api/session',
      '/api/environments',
      '/api',
      '/',
      '/livez',
      '/readyz',
      '/api/%zz/%',
      '//a/b',
      '/API/session',
    ],
    ...[`/${marker}`, `/people/${marker}/${marker}`, `/docs/${marker}`, `/auth/${marker}`],
    ...[`/api/${accessKey}`, `/api/environments/${accessKey}/ping/`, '/api/environments/../../etc/passwd'],
    ...['/api/environments/%00/ping', '/api/environments/__proto__/ping', `/${'a'.repeat(3_000)}`],
  );
  // A caller may send a key in any header by mistake; only `Authorization` is meant for it.
  const text = fc.oneof(
    pick(accessKey, `Bearer ${accessKey}`, '', '*', '\xff\xfe'),
    fc.string({ maxLength: 40 }),
  );
  const value = text.map((each) => each.replace(/[^\x20-\xff]/g, '?').replaceAll('\x7f', '?'));
  const strangeHeaders = fc.record(
    {
      'x-request-id': fc.oneof(pick(accessKey), value),
      'x-confirm-environment': fc.oneof(pick(...environments), value),
      host: pick('localhost', '127.0.0.1', '127.0.0.1', 'evil.example', accessKey, ''),
      ...{ origin: value, cookie: value, accept: value, referer: value, 'user-agent': value, range: value },
      ...{ 'idempotency-key': value, 'x-forwarded-for': value, forwarded: value, 'x-api-version': value },
      ...{
        expect: value,
        te: value,
        'if-none-match': value,
        'proxy-authorization': value,
        'x-access-key': value,
      },
      'content-encoding': pick('gzip', 'br', 'identity', accessKey),
      'access-control-request-method': pick('POST', accessKey),
    },
    { requiredKeys: [] },
  );
  const contentType = pick<string | undefined>(
    ...Array.from({ length: 6 }, () => 'application/json'),
    ...['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=a', undefined],
    ...['application/json; charset=utf-16', `application/${marker}`, accessKey],
  );

  return fc
    .record({
      operation,
      method,
      query,
      otherPath,
      strangeHeaders,
      contentType,
      luck: fc.nat(99),
      few: fc.nat(9),
      turn: fc.nat(5),
    })
    .chain(({ operation: [name, environment], luck, few, turn, ...rest }) =>
      badBody(name, ingredients).map((body): Sent => {
        const strange = Object.entries(rest.strangeHeaders).filter((_, index) => index % 6 === turn);
        const { authorization, ...right } = goodRequest(name, environment, ingredients).headers;
        const headers = {
          ...right,
          ...(few > 0 && { authorization: `Bearer ${accessKey}` }),
          ...Object.fromEntries(strange),
          ...(rest.contentType !== undefined && { 'content-type': rest.contentType }),
        };
        const usual = luck % 4 > 0;
        const method = usual || luck < 50 ? operations[name].method : rest.method;
        const path = (usual ? operationPath(name, environment) : rest.otherPath) + rest.query;
        return { method, path, headers, ...(luck > 5 && { body }) };
      }),
    );
}

function badBody(name: OperationName, { marker, accessKey }: Ingredients): fc.Arbitrary<string | Buffer> {
  const sample: unknown = sampleOf(name, marker) ?? { marker };
  const wrong = fc.constantFrom<unknown>(
    ...[undefined, null, '', ' ', 0, 1e21, true, [], {}, [[marker]], { [marker]: marker }, accessKey],
    ...[`${marker}`.repeat(200), `not an address: ${marker}`, '2000-02-30', '\u0000\ud800'],
  );
  const changed = fc
    .tuple(fc.constantFrom(...placesIn(sample)), wrong)
    .map(([place, value]) => JSON.stringify(changedAt(sample, place, value)) ?? '');
  const good = JSON.stringify(sample);
  const spoilt = fc.constantFrom<string | Buffer>(
    ...[
      good,
      `${good},`,
      `\ufeff${good}`,
      `${good}${good}`,
      `'${good}'`,
      `${good.slice(0, -1)},}`,
      '',
      marker,
    ],
    ...[`{"__proto__":{"${marker}":1},${good.slice(1)}`, `{"constructor":{"prototype":{}},${good.slice(1)}`],
    ...[`{"${marker}":1e999}`, `${'['.repeat(20_000)}${']'.repeat(20_000)}`, `q=${marker}&key=${accessKey}`],
    ...[Buffer.from(good, 'utf16le'), Buffer.concat([Buffer.from(good), Buffer.from([0xc3, 0x28, 0xff])])],
  );
  const cut = fc.nat(good.length).map((length) => good.slice(0, length));
  const huge = fc
    .integer({ min: 60, max: 80 })
    .map((size) => JSON.stringify({ a: marker.repeat(size * 50) }));
  const any = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify({ [marker]: value }));
  return fc.oneof(
    { weight: 60, arbitrary: changed },
    { weight: 15, arbitrary: spoilt },
    { weight: 10, arbitrary: cut },
    { weight: 14, arbitrary: any },
    { weight: 1, arbitrary: huge },
  );
}

type Place = readonly (string | number)[];

function placesIn(value: unknown, place: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [place];
  const keys = Array.isArray(value) ? value.keys() : [...Object.keys(value), 'unknownField'];
  return [place, ...[...keys].flatMap((key) => placesIn(Reflect.get(value, key), [...place, key]))];
}

function changedAt(value: unknown, [key, ...rest]: Place, to: unknown): unknown {
  if (key === undefined) return to;
  const copy: object = Array.isArray(value) ? [...value] : { ...Object(value) };
  Reflect.set(copy, key, changedAt(Reflect.get(copy, key), rest, to));
  return copy;
}

// Compile-only: what must not compile is marked, and the compiler complains where it would after all.
import type { Client } from '../../shared/client.ts';
import type { ErrorCode, errorCodes } from '../../shared/error-codes.ts';
import type { OperationName, RequestOf, ResultOf, Success } from '../../shared/operations.ts';

type Handlers = { [Name in OperationName]: (request: RequestOf<Name>) => Promise<ResultOf<Name>> };
declare const handlers: Handlers;
declare const client: Client;

handlers satisfies Handlers;

// A row without its handler.
const { ping, ...withoutPing } = handlers;
// @ts-expect-error Property 'ping' is missing.
withoutPing satisfies Handlers;

// A handler without its row.
// @ts-expect-error 'pong' is not an operation.
({ ...withoutPing, ping, pong: ping }) satisfies { [Name in OperationName]: unknown };
// @ts-expect-error 'pong' is not an operation.
'pong' satisfies OperationName;
// @ts-expect-error A handler of one row cannot answer for another.
handlers satisfies Handlers & { health: Handlers['ping'] };

// The client's methods are the rows, typed by them.
client.ping({ environment: 'sandbox' }) satisfies Promise<Success<'ping'>>;
(await client.ping({ environment: 'sandbox' })).result.clientId satisfies string;
(await client.health({ environment: 'sandbox' })).result.status satisfies string;
// @ts-expect-error There is no such method.
client.pong;
// @ts-expect-error Every call names its environment.
client.ping({});
// @ts-expect-error A row without a request takes none.
client.ping({ environment: 'sandbox', request: { a: 1 } });
// @ts-expect-error A row's result holds what its schema says; health knows no client.
(await client.health({ environment: 'sandbox' })).result.clientId satisfies string;

// A write says whether it was a replay, and takes a key; what changes nothing does neither.
declare const person: RequestOf<'createUser'>;
const writing = { environment: 'sandbox', request: person, idempotencyKey: 'a-key' };
(await client.createUser(writing)).replayed satisfies boolean;
// @ts-expect-error Nothing is sent twice that changes nothing.
(await client.ping({ environment: 'sandbox' })).replayed;
// @ts-expect-error Nor does it have a key.
client.ping({ environment: 'sandbox', idempotencyKey: 'a-key' });

// Codes and their facts are one table.
'PARTNER_TIMEOUT' satisfies ErrorCode;
// @ts-expect-error Not a code of ours.
'PARTNER_TIMED_OUT' satisfies ErrorCode;
504 satisfies (typeof errorCodes)['PARTNER_TIMEOUT']['status'];

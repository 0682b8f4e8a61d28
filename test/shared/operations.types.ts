// Compile-only. Lines that must not compile are marked, and the compiler complains if one does compile.
import type { Client, ClientOf } from '../../shared/client.ts';
import type { SubmitDocumentRequest } from '../../shared/documents.ts';
import type { EndpointTable, OperationRow, ParameterIn } from '../../shared/endpoint-row.ts';
import type { Endpoints } from '../../shared/endpoints.ts';
import type { ErrorCode, errorCodes } from '../../shared/error-codes.ts';
import type {
  OperationName,
  operations,
  PartnerFacts,
  RequestOf,
  ResultOf,
  Success,
} from '../../shared/operations.ts';
import type { ScopeFinding } from '../../shared/scopes.ts';
import { type OtherTable, otherTable } from '../support/requests/other-table.ts';

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

// The rows of documents, with their own requests.
declare const document: SubmitDocumentRequest;
client.submitDocument({ environment: 'sandbox', request: document, confirm: 'sandbox' }) satisfies Promise<
  Success<'submitDocument'>
>;
client.submitDocumentBatch({
  environment: 'sandbox',
  request: { items: [{ ...document, itemId: '1', metadata: { any: ['thing'] } }] },
});
// @ts-expect-error A document belongs to somebody.
client.submitDocument({ environment: 'sandbox', request: { documentType: 'DIPLOMA', file: 'QQ==' } });
// @ts-expect-error A batch tells its items apart.
client.submitDocumentBatch({ environment: 'sandbox', request: { items: [document] } });
// @ts-expect-error One document is not a batch.
client.submitDocumentBatch({ environment: 'sandbox', request: document });
// @ts-expect-error A free-form value must be an object.
client.submitDocument({ environment: 'sandbox', request: { ...document, verificationMetadata: 'x' } });
// @ts-expect-error Pearsana documents no answer, so nothing can be taken for granted of one.
(await client.submitDocument({ environment: 'sandbox', request: document })).result.document;

// A row that the BFF answers by itself has no facts of Pearsana; all others have them.
(await client.scopes({ environment: 'sandbox' })).result.scopes satisfies ScopeFinding[];
(await client.scopes({ environment: 'sandbox' })).partner satisfies null;
(await client.submitDocument({ environment: 'sandbox', request: document })).partner satisfies PartnerFacts;
// @ts-expect-error Scopes are read, and take no request.
client.scopes({ environment: 'sandbox', request: {} });

// The functions of a row take requests of that row.
type Rows = typeof operations;
type Functions<Row> = Row extends { partner: { scopes: infer Scopes }; files: { of: infer Of } }
  ? Scopes | Of
  : never;
type Reads<Row, Request> = [Functions<Row>] extends [(request: Request) => unknown] ? true : false;
declare const reads: { [Name in OperationName]: Reads<Rows[Name], RequestOf<Name>> };
reads satisfies Record<OperationName, true>;
declare const anothers: Reads<Rows['submitDocumentBatch'], RequestOf<'submitDocument'>>;
anothers satisfies false;

// Codes and their facts are one table.
'PARTNER_TIMEOUT' satisfies ErrorCode;
// @ts-expect-error Not a code of ours.
'PARTNER_TIMED_OUT' satisfies ErrorCode;
504 satisfies (typeof errorCodes)['PARTNER_TIMEOUT']['status'];

// A table with other rows: the options of a method follow from the path, the query and the method of its row.
declare const other: ClientOf<OtherTable>;
(await other.getInvitation({ environment: 'sandbox', invitationId: 'inv_1' })).result.invitation
  .status satisfies string;
// @ts-expect-error Which invitation is not said.
other.getInvitation({ environment: 'sandbox' });
// @ts-expect-error Nothing is confirmed that changes nothing.
other.getInvitation({ environment: 'sandbox', invitationId: 'inv_1', confirm: 'sandbox' });
(await other.listInvitations({ environment: 'sandbox', status: 'pending' })).partner satisfies PartnerFacts;
// @ts-expect-error There is nothing of that name to ask for.
other.listInvitations({ environment: 'sandbox', state: 'pending' });
// A write without a body is confirmed, and has a key, as any write.
const revoking = {
  environment: 'sandbox',
  invitationId: 'inv_1',
  confirm: 'sandbox',
  idempotencyKey: 'a-key',
};
(await other.revokeInvitation(revoking)).replayed satisfies boolean;
// @ts-expect-error It takes no request.
other.revokeInvitation({ ...revoking, request: {} });
other.session() satisfies ReturnType<Client['session']>;

// Parameters are read out of the path, a colon within a part aside.
'invitationId' satisfies ParameterIn<'/v1/invitations/:invitationId:revoke'>;
null as unknown as ParameterIn<'/v1/documents:submit'> satisfies never;
// The parameters of a partner's path are among those of the row's own path.
type Strange<Table extends EndpointTable> = {
  [Name in keyof Table]: Table[Name] extends {
    path: infer Own extends string;
    partner: { path: infer Path extends string };
  }
    ? Exclude<ParameterIn<Path>, ParameterIn<Own>>
    : never;
}[keyof Table];
null as unknown as Strange<Endpoints> satisfies never;
null as unknown as Strange<OtherTable> satisfies never;

const { listInvitations, getInvitation, revokeInvitation } = otherTable;
// @ts-expect-error What changes something at Pearsana says what the journal keeps of it.
({ ...getInvitation, method: 'POST' }) satisfies OperationRow;
// @ts-expect-error What changes nothing has nothing to keep.
({ ...revokeInvitation, method: 'GET' }) satisfies OperationRow;
// @ts-expect-error A body that is read has an end.
({ ...listInvitations, request: revokeInvitation.response }) satisfies OperationRow;
// @ts-expect-error A grant is for an environment, which the path names.
({ ...listInvitations, path: '/api/invitations' }) satisfies OperationRow;

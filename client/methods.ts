// Written by `npm run docstrings`, from the table in shared/endpoints.ts and its descriptions in server/openapi/.
import type { DocumentType, FileContent, SharedCallOptions, WriteOptions } from './options.ts';
/** One method for each row of the BFF’s table. Each fails with a `ClientError`, and with nothing else. */
export interface ClientMethods {
  /**
   * Your identity, your grants and the BFF’s clock.
   *
   * Codes of `refused` errors: `VALIDATION_ERROR`, `UNAUTHORIZED`, `FORBIDDEN`, `HOST_NOT_ALLOWED`, `RATE_LIMITED`, `HEADERS_TOO_LARGE`, `INTERNAL`, `BUSY`.
   */
  session: (options?: SessionOptions) => Promise<SessionAnswer>;
  /**
   * Lists the environments, your grants in each, and the state of their tokens. The BFF requests no token for this.
   *
   * Codes of `refused` errors: `VALIDATION_ERROR`, `UNAUTHORIZED`, `FORBIDDEN`, `HOST_NOT_ALLOWED`, `RATE_LIMITED`, `HEADERS_TOO_LARGE`, `INTERNAL`, `BUSY`.
   */
  environments: (options?: EnvironmentsOptions) => Promise<EnvironmentsAnswer>;
  /**
   * Asks whether Pearsana’s API is up. It needs no token, so it also works with wrong credentials.
   *
   * Codes of `refused` errors: `VALIDATION_ERROR`, `UNAUTHORIZED`, `FORBIDDEN`, `HOST_NOT_ALLOWED`, `ENVIRONMENT_NOT_FOUND`, `RATE_LIMITED`, `HEADERS_TOO_LARGE`, `INTERNAL`, `PARTNER_UNREACHABLE`, `PARTNER_BAD_RESPONSE`, `PARTNER_ERROR`, `BUSY`, `SHUTTING_DOWN`, `PARTNER_TIMEOUT`.
   */
  health: (options: HealthOptions) => Promise<HealthAnswer>;
  /**
   * Checks the whole connection to Pearsana: requests a token for the ping scope, and calls Pearsana with it.
   *
   * The token for this call has only the scope `pearsana-partner/ping`.
   *
   * Codes of `refused` errors: `VALIDATION_ERROR`, `UNAUTHORIZED`, `FORBIDDEN`, `HOST_NOT_ALLOWED`, `ENVIRONMENT_NOT_FOUND`, `RATE_LIMITED`, `HEADERS_TOO_LARGE`, `INTERNAL`, `CLIENT_CREDENTIALS_REJECTED`, `SCOPE_NOT_ENABLED`, `AUTH_BAD_RESPONSE`, `PARTNER_UNAUTHORIZED`, `INSUFFICIENT_SCOPE`, `PARTNER_UNREACHABLE`, `PARTNER_BAD_RESPONSE`, `PARTNER_ERROR`, `BUSY`, `SHUTTING_DOWN`, `AUTH_UNREACHABLE`, `AUTH_TIMEOUT`, `PARTNER_TIMEOUT`.
   */
  ping: (options: PingOptions) => Promise<PingAnswer>;
  /**
   * Lists every scope that Pearsana documents, and whether it is enabled on the App Client. The BFF finds out by requesting a token for each scope alone. The answer may be a minute old. `enabled` is null if the BFF could not find out.
   *
   * Codes of `refused` errors: `VALIDATION_ERROR`, `UNAUTHORIZED`, `FORBIDDEN`, `HOST_NOT_ALLOWED`, `ENVIRONMENT_NOT_FOUND`, `RATE_LIMITED`, `HEADERS_TOO_LARGE`, `INTERNAL`, `CLIENT_CREDENTIALS_REJECTED`, `BUSY`.
   */
  scopes: (options: ScopesOptions) => Promise<ScopesAnswer>;
  /**
   * Creates a user. Pearsana does not document whether it refuses a second user with the same external reference. After the outcome `unknown`, look in Pearsana before you send again.
   *
   * The token for this call has only the scope `pearsana-partner/partners.users:write`.
   *
   * Each request is sent to Pearsana once. If a write fails, `error.outcome` says what became of it: `not_sent`, `refused`, or `unknown`. After `unknown`, look in Pearsana before you send it again. A write to a protected environment must be confirmed by name.
   *
   * Codes of `refused` errors: `VALIDATION_ERROR`, `UNAUTHORIZED`, `FORBIDDEN`, `HOST_NOT_ALLOWED`, `ENVIRONMENT_NOT_FOUND`, `IMPORT_NOT_FOUND`, `IDEMPOTENCY_IN_PROGRESS`, `OUTCOME_UNKNOWN`, `OUTCOME_KNOWN`, `ALREADY_KNOWN`, `IMPORT_FULL`, `IMPORT_MISMATCH`, `IMPORT_STOPPED`, `PAYLOAD_TOO_LARGE`, `UNSUPPORTED_MEDIA_TYPE`, `IDEMPOTENCY_MISMATCH`, `CONFIRMATION_REQUIRED`, `RATE_LIMITED`, `HEADERS_TOO_LARGE`, `INTERNAL`, `CLIENT_CREDENTIALS_REJECTED`, `SCOPE_NOT_ENABLED`, `AUTH_BAD_RESPONSE`, `PARTNER_UNAUTHORIZED`, `INSUFFICIENT_SCOPE`, `PARTNER_UNREACHABLE`, `PARTNER_BAD_RESPONSE`, `PARTNER_ERROR`, `BUSY`, `SHUTTING_DOWN`, `JOURNAL_UNAVAILABLE`, `AUTH_UNREACHABLE`, `AUTH_TIMEOUT`, `PARTNER_TIMEOUT`.
   */
  createUser: (options: CreateUserOptions) => Promise<CreateUserAnswer>;
  /**
   * Invites a new or existing user: Pearsana sends an e-mail to a real person. Each namespace may appear once in `externalReferences`.
   *
   * The token for this call has only the scopes `pearsana-partner/partners.invitations:write` and `pearsana-partner/partners.externalRefs:write`.
   *
   * Each request is sent to Pearsana once. If a write fails, `error.outcome` says what became of it: `not_sent`, `refused`, or `unknown`. After `unknown`, look in Pearsana before you send it again. A write to a protected environment must be confirmed by name.
   *
   * Codes of `refused` errors: `VALIDATION_ERROR`, `UNAUTHORIZED`, `FORBIDDEN`, `HOST_NOT_ALLOWED`, `ENVIRONMENT_NOT_FOUND`, `IMPORT_NOT_FOUND`, `IDEMPOTENCY_IN_PROGRESS`, `OUTCOME_UNKNOWN`, `OUTCOME_KNOWN`, `ALREADY_KNOWN`, `IMPORT_FULL`, `IMPORT_MISMATCH`, `IMPORT_STOPPED`, `PAYLOAD_TOO_LARGE`, `UNSUPPORTED_MEDIA_TYPE`, `IDEMPOTENCY_MISMATCH`, `CONFIRMATION_REQUIRED`, `RATE_LIMITED`, `HEADERS_TOO_LARGE`, `INTERNAL`, `CLIENT_CREDENTIALS_REJECTED`, `SCOPE_NOT_ENABLED`, `AUTH_BAD_RESPONSE`, `PARTNER_UNAUTHORIZED`, `INSUFFICIENT_SCOPE`, `PARTNER_UNREACHABLE`, `PARTNER_BAD_RESPONSE`, `PARTNER_ERROR`, `BUSY`, `SHUTTING_DOWN`, `JOURNAL_UNAVAILABLE`, `AUTH_UNREACHABLE`, `AUTH_TIMEOUT`, `PARTNER_TIMEOUT`.
   */
  createInvitation: (options: CreateInvitationOptions) => Promise<CreateInvitationAnswer>;
  /**
   * Submits a document of a user who exists (404 if no user has the external reference). Any intent other than `store_only` starts a verification, which needs one more scope.
   *
   * A document may have at most 10 MB, before base64.
   *
   * Each request is sent to Pearsana once. If a write fails, `error.outcome` says what became of it: `not_sent`, `refused`, or `unknown`. After `unknown`, look in Pearsana before you send it again. A write to a protected environment must be confirmed by name.
   *
   * Codes of `refused` errors: `VALIDATION_ERROR`, `UNAUTHORIZED`, `FORBIDDEN`, `HOST_NOT_ALLOWED`, `ENVIRONMENT_NOT_FOUND`, `IMPORT_NOT_FOUND`, `IDEMPOTENCY_IN_PROGRESS`, `OUTCOME_UNKNOWN`, `OUTCOME_KNOWN`, `ALREADY_KNOWN`, `IMPORT_FULL`, `IMPORT_MISMATCH`, `IMPORT_STOPPED`, `PAYLOAD_TOO_LARGE`, `UNSUPPORTED_MEDIA_TYPE`, `IDEMPOTENCY_MISMATCH`, `CONFIRMATION_REQUIRED`, `RATE_LIMITED`, `HEADERS_TOO_LARGE`, `INTERNAL`, `CLIENT_CREDENTIALS_REJECTED`, `SCOPE_NOT_ENABLED`, `AUTH_BAD_RESPONSE`, `PARTNER_UNAUTHORIZED`, `INSUFFICIENT_SCOPE`, `PARTNER_UNREACHABLE`, `PARTNER_BAD_RESPONSE`, `PARTNER_ERROR`, `BUSY`, `SHUTTING_DOWN`, `JOURNAL_UNAVAILABLE`, `AUTH_UNREACHABLE`, `AUTH_TIMEOUT`, `PARTNER_TIMEOUT`.
   */
  submitDocument: (options: SubmitDocumentOptions) => Promise<SubmitDocumentAnswer>;
  /**
   * Submits 1 to 25 documents. Each item has its own result, with the same `itemId`. An item that fails does not fail the others.
   *
   * A document may have at most 10 MB, and all together at most 25 MB, before base64.
   *
   * Each request is sent to Pearsana once. If a write fails, `error.outcome` says what became of it: `not_sent`, `refused`, or `unknown`. After `unknown`, look in Pearsana before you send it again. A write to a protected environment must be confirmed by name.
   *
   * Codes of `refused` errors: `VALIDATION_ERROR`, `UNAUTHORIZED`, `FORBIDDEN`, `HOST_NOT_ALLOWED`, `ENVIRONMENT_NOT_FOUND`, `IMPORT_NOT_FOUND`, `IDEMPOTENCY_IN_PROGRESS`, `OUTCOME_UNKNOWN`, `OUTCOME_KNOWN`, `ALREADY_KNOWN`, `IMPORT_FULL`, `IMPORT_MISMATCH`, `IMPORT_STOPPED`, `PAYLOAD_TOO_LARGE`, `UNSUPPORTED_MEDIA_TYPE`, `IDEMPOTENCY_MISMATCH`, `CONFIRMATION_REQUIRED`, `RATE_LIMITED`, `HEADERS_TOO_LARGE`, `INTERNAL`, `CLIENT_CREDENTIALS_REJECTED`, `SCOPE_NOT_ENABLED`, `AUTH_BAD_RESPONSE`, `PARTNER_UNAUTHORIZED`, `INSUFFICIENT_SCOPE`, `PARTNER_UNREACHABLE`, `PARTNER_BAD_RESPONSE`, `PARTNER_ERROR`, `BUSY`, `SHUTTING_DOWN`, `JOURNAL_UNAVAILABLE`, `AUTH_UNREACHABLE`, `AUTH_TIMEOUT`, `PARTNER_TIMEOUT`.
   */
  submitDocumentBatch: (options: SubmitDocumentBatchOptions) => Promise<SubmitDocumentBatchAnswer>;
  /**
   * Lists your own writes in an environment, newest first, page by page. With every grant in the environment, you see everybody’s writes, and those with an unknown outcome come first. The query can select a state, a person, or the rows of an import. Of a person, the list contains only the external references.
   *
   * Codes of `refused` errors: `VALIDATION_ERROR`, `UNAUTHORIZED`, `FORBIDDEN`, `HOST_NOT_ALLOWED`, `ENVIRONMENT_NOT_FOUND`, `RATE_LIMITED`, `HEADERS_TOO_LARGE`, `INTERNAL`, `BUSY`, `JOURNAL_UNAVAILABLE`.
   */
  activity: (options: ActivityOptions) => Promise<ActivityAnswer>;
  /**
   * Records whether a write with an unknown outcome happened, after a person has looked in Pearsana. A write that did not happen can be sent again with the same `Idempotency-Key`. With every grant in the environment, you can resolve what others sent, too. Nothing is sent to Pearsana.
   *
   * Codes of `refused` errors: `VALIDATION_ERROR`, `UNAUTHORIZED`, `FORBIDDEN`, `HOST_NOT_ALLOWED`, `ENVIRONMENT_NOT_FOUND`, `NOT_FOUND`, `IDEMPOTENCY_IN_PROGRESS`, `OUTCOME_KNOWN`, `PAYLOAD_TOO_LARGE`, `UNSUPPORTED_MEDIA_TYPE`, `RATE_LIMITED`, `HEADERS_TOO_LARGE`, `INTERNAL`, `BUSY`, `JOURNAL_UNAVAILABLE`.
   */
  resolve: (options: ResolveOptions) => Promise<ResolveAnswer>;
  /**
   * Tells what is known about up to 1,000 people (by external reference) or documents (by the SHA-256 of the canonical request), whoever wrote to them. Nothing is changed. It needs the grant for the operation.
   *
   * Codes of `refused` errors: `VALIDATION_ERROR`, `UNAUTHORIZED`, `FORBIDDEN`, `HOST_NOT_ALLOWED`, `ENVIRONMENT_NOT_FOUND`, `PAYLOAD_TOO_LARGE`, `UNSUPPORTED_MEDIA_TYPE`, `RATE_LIMITED`, `HEADERS_TOO_LARGE`, `INTERNAL`, `BUSY`, `JOURNAL_UNAVAILABLE`.
   */
  lookUp: (options: LookUpOptions) => Promise<LookupAnswer>;
  /**
   * Tells the BFF how many rows of one operation a person has reviewed and confirmed as a whole. Each row is then a usual write with `X-Pearsana-Import` and an `Idempotency-Key`, without a confirmation of its own. The BFF sends no more rows than announced, at the import’s rate, and refuses those whose person was written to before. It keeps no names and no files. It needs the grant for the operation.
   *
   * Codes of `refused` errors: `VALIDATION_ERROR`, `UNAUTHORIZED`, `FORBIDDEN`, `IMPORTS_NOT_ALLOWED`, `HOST_NOT_ALLOWED`, `ENVIRONMENT_NOT_FOUND`, `PAYLOAD_TOO_LARGE`, `UNSUPPORTED_MEDIA_TYPE`, `CONFIRMATION_REQUIRED`, `RATE_LIMITED`, `HEADERS_TOO_LARGE`, `INTERNAL`, `BUSY`, `JOURNAL_UNAVAILABLE`.
   */
  announceImport: (options: AnnounceImportOptions) => Promise<ImportAnswer>;
  /**
   * Lists your imports in an environment, newest first. With the grant for all operations, you see everybody’s.
   *
   * Codes of `refused` errors: `VALIDATION_ERROR`, `UNAUTHORIZED`, `FORBIDDEN`, `HOST_NOT_ALLOWED`, `ENVIRONMENT_NOT_FOUND`, `RATE_LIMITED`, `HEADERS_TOO_LARGE`, `INTERNAL`, `BUSY`, `JOURNAL_UNAVAILABLE`.
   */
  imports: (options: ImportsOptions) => Promise<ImportsAnswer>;
  /**
   * Shows an import, and what became of its rows so far.
   *
   * Codes of `refused` errors: `VALIDATION_ERROR`, `UNAUTHORIZED`, `FORBIDDEN`, `HOST_NOT_ALLOWED`, `ENVIRONMENT_NOT_FOUND`, `IMPORT_NOT_FOUND`, `RATE_LIMITED`, `HEADERS_TOO_LARGE`, `INTERNAL`, `BUSY`, `JOURNAL_UNAVAILABLE`.
   */
  importStatus: (options: ImportStatusOptions) => Promise<ImportAnswer>;
  /**
   * Stops an import. From then on, none of its rows is sent, whichever machine it comes from. Its owner can stop it, and so can anybody with the grant for all operations in the environment.
   *
   * Codes of `refused` errors: `VALIDATION_ERROR`, `UNAUTHORIZED`, `FORBIDDEN`, `HOST_NOT_ALLOWED`, `ENVIRONMENT_NOT_FOUND`, `IMPORT_NOT_FOUND`, `RATE_LIMITED`, `HEADERS_TOO_LARGE`, `INTERNAL`, `BUSY`, `JOURNAL_UNAVAILABLE`.
   */
  stopImport: (options: StopImportOptions) => Promise<ImportAnswer>;
  /**
   * Lists the ways to sign in to this BFF. It needs no access key.
   *
   * Codes of `refused` errors: `VALIDATION_ERROR`, `HOST_NOT_ALLOWED`, `RATE_LIMITED`, `HEADERS_TOO_LARGE`, `INTERNAL`.
   */
  signInMethods: (options?: SignInMethodsOptions) => Promise<SignInMethodsAnswer>;
  /**
   * Gives a VS Code window its own access key, once, in exchange for the code that the browser brought back and the verifier of the window’s challenge (RFC 7636). The code identifies the person who allowed this.
   *
   * Codes of `refused` errors: `VALIDATION_ERROR`, `LOGIN_FAILED`, `HOST_NOT_ALLOWED`, `PAYLOAD_TOO_LARGE`, `UNSUPPORTED_MEDIA_TYPE`, `RATE_LIMITED`, `HEADERS_TOO_LARGE`, `INTERNAL`.
   */
  redeemCode: (options: RedeemCodeOptions) => Promise<WindowKeyAnswer>;
  /**
   * Ends the access key that the request is sent with. This works only for a key from a sign-in.
   *
   * Codes of `refused` errors: `VALIDATION_ERROR`, `UNAUTHORIZED`, `FORBIDDEN`, `HOST_NOT_ALLOWED`, `RATE_LIMITED`, `HEADERS_TOO_LARGE`, `INTERNAL`, `BUSY`.
   */
  endKey: (options?: EndKeyOptions) => Promise<KeyEndedAnswer>;
}
/** The options of `session`. */
export interface SessionOptions extends SharedCallOptions {}
/** The options of `environments`. */
export interface EnvironmentsOptions extends SharedCallOptions {}
/** The options of `health`. */
export interface HealthOptions extends SharedCallOptions {
  /** One of the environments that `environments` lists. */
  environment: string;
}
/** The options of `ping`. */
export interface PingOptions extends SharedCallOptions {
  /** One of the environments that `environments` lists. */
  environment: string;
}
/** The options of `scopes`. */
export interface ScopesOptions extends SharedCallOptions {
  /** One of the environments that `environments` lists. */
  environment: string;
}
/** The options of `createUser`. */
export interface CreateUserOptions extends WriteOptions {
  /** One of the environments that `environments` lists. */
  environment: string;
  /** The request. It is checked before it is sent, by the same rules as at the BFF. */
  request: CreateUserRequest;
}
/** The options of `createInvitation`. */
export interface CreateInvitationOptions extends WriteOptions {
  /** One of the environments that `environments` lists. */
  environment: string;
  /** The request. It is checked before it is sent, by the same rules as at the BFF. */
  request: CreateInvitationRequest;
}
/** The options of `submitDocument`. */
export interface SubmitDocumentOptions extends WriteOptions {
  /** One of the environments that `environments` lists. */
  environment: string;
  /** The request. It is checked before it is sent, by the same rules as at the BFF. */
  request: SubmitDocumentRequest;
}
/** The options of `submitDocumentBatch`. */
export interface SubmitDocumentBatchOptions extends WriteOptions {
  /** One of the environments that `environments` lists. */
  environment: string;
  /** The request. It is checked before it is sent, by the same rules as at the BFF. */
  request: SubmitDocumentBatchRequest;
}
/** The options of `activity`. */
export interface ActivityOptions extends SharedCallOptions {
  /** One of the environments that `environments` lists. */
  environment: string;
  /** The `next` of the previous page. At most 16 characters. */
  before?: string | null | undefined;
  /** Only writes in this state. */
  state?: WriteState | null | undefined;
  /** Only writes for the person with this `externalId` in this namespace. The two go together. At most 200 characters. */
  namespace?: string | null | undefined;
  /** See `namespace`. At most 200 characters. */
  externalId?: string | null | undefined;
  /** Only the rows of this import; with `none`, only writes that are no row of an import. At most 36 characters. */
  import?: string | null | undefined;
}
/** The options of `resolve`. */
export interface ResolveOptions extends SharedCallOptions {
  /** One of the environments that `environments` lists. */
  environment: string;
  /** The `id` of a write, from `GET …/activity`. At most 15 characters. */
  id: string;
  /** Whether the write happened, as a person found out. */
  happened: boolean;
}
/** The options of `lookUp`. */
export interface LookUpOptions extends SharedCallOptions {
  /** One of the environments that `environments` lists. */
  environment: string;
  /** The operation whose earlier writes are looked up. */
  operation: 'createUser' | 'createInvitation' | 'submitDocument';
  /** The people to look up. For every operation except `submitDocument`. At most 1,000 entries. */
  references?: ExternalReference[] | undefined;
  /** The documents to look up, for `submitDocument`: the SHA-256 of each canonical request, in hexadecimal. */
  digests?: string[] | undefined;
}
/** The options of `announceImport`. */
export interface AnnounceImportOptions extends SharedCallOptions, Pick<WriteOptions, 'confirm'> {
  /** One of the environments that `environments` lists. */
  environment: string;
  /** The operation of every row. */
  operation: 'createUser' | 'createInvitation' | 'submitDocument';
  /** How many rows will be sent at most. From 1 to 10,000. */
  rows: number;
  /** The SHA-256 of the file, in hexadecimal. */
  digest: string;
  /** Whether rows that succeeded before this announcement may be sent again. */
  again?: boolean | undefined;
}
/** The options of `imports`. */
export interface ImportsOptions extends SharedCallOptions {
  /** One of the environments that `environments` lists. */
  environment: string;
}
/** The options of `importStatus`. */
export interface ImportStatusOptions extends SharedCallOptions {
  /** One of the environments that `environments` lists. */
  environment: string;
  /** The `id` of an import, as in `imp_…`. At most 200 characters. */
  id: string;
}
/** The options of `stopImport`. */
export interface StopImportOptions extends SharedCallOptions {
  /** One of the environments that `environments` lists. */
  environment: string;
  /** The `id` of an import, as in `imp_…`. At most 200 characters. */
  id: string;
}
/** The options of `signInMethods`. */
export interface SignInMethodsOptions extends SharedCallOptions {}
/** The options of `redeemCode`. */
export interface RedeemCodeOptions extends SharedCallOptions {
  /** At most 128 characters. */
  code: string;
  /** At most 128 characters. */
  verifier: string;
}
/** The options of `endKey`. */
export interface EndKeyOptions extends SharedCallOptions {}
/** `GET /api/session`: the caller's identity and grants. */
export interface SessionAnswer {
  /** The id of this call in the BFF's log, which Pearsana received too. Quote it when you ask for help. */
  requestId: string;
  /** Whose key or session it is. */
  caller: {
    /** The name of the access key, or of the person who is signed in. */
    id: string;
    /** How the caller was recognised. */
    kind: 'access-key' | 'session';
  };
  /** `environment:operation`; `*` means all environments, or all operations. */
  grants: string[];
  /** The BFF's clock (ISO 8601). Absent if the BFF is older than this field. */
  time?: string | undefined;
}
/** `GET /api/environments`: the environments where the caller has a grant; the sandbox comes before production. */
export interface EnvironmentsAnswer {
  /** The id of this call in the BFF's log, which Pearsana received too. Quote it when you ask for help. */
  requestId: string;
  /** The environments where this caller may do something. */
  environments: Environment[];
  /** Absent if the BFF is older than this field. */
  fileLimits?: FileLimits | undefined;
}
export interface HealthAnswer {
  /** The environment that answered: the one that was asked. */
  environment: string;
  /** The id of this call in the BFF's log, which Pearsana received too. Quote it when you ask for help. */
  requestId: string;
  /** Pearsana’s answer. If its type is unknown, Pearsana does not document it: check its form before you use it. */
  result: HealthResult;
  /** The facts of Pearsana’s answer; null if Pearsana was not called. */
  partner: PartnerFacts;
}
export interface PingAnswer {
  /** The environment that answered: the one that was asked. */
  environment: string;
  /** The id of this call in the BFF's log, which Pearsana received too. Quote it when you ask for help. */
  requestId: string;
  /** Pearsana’s answer. If its type is unknown, Pearsana does not document it: check its form before you use it. */
  result: PingResult;
  /** The facts of Pearsana’s answer; null if Pearsana was not called. */
  partner: PartnerFacts;
}
export interface ScopesAnswer {
  /** The environment that answered: the one that was asked. */
  environment: string;
  /** The id of this call in the BFF's log, which Pearsana received too. Quote it when you ask for help. */
  requestId: string;
  /** Pearsana’s answer. If its type is unknown, Pearsana does not document it: check its form before you use it. */
  result: ScopesResult;
  /** The facts of Pearsana’s answer; null if Pearsana was not called. */
  partner: null;
}
/** `POST /v1/users`. */
export interface CreateUserRequest {
  /** Who the user is. */
  identity: {
    /** An e-mail address of the usual form, its domain in ASCII (`xn--…`); at most 254 characters (RFC 5321, 4.5.3.1.3, less the angle brackets), and 64 before the `@`. */
    email: string;
    /** Required text, in one line and without invisible characters. At most 200 characters. */
    firstName: string;
    /** Required text, in one line and without invisible characters. At most 200 characters. */
    lastName: string;
    /** For example `student` or `faculty`. At most 200 characters. */
    roleName: string;
  };
  /** At least one. Pearsana does not document whether it refuses a second person with the same reference. At most 50 entries. */
  externalReferences: ExternalReference[];
  /** What else is known of the user. */
  profile?: Profile | undefined;
}
export interface CreateUserAnswer {
  /** The environment that answered: the one that was asked. */
  environment: string;
  /** The id of this call in the BFF's log, which Pearsana received too. Quote it when you ask for help. */
  requestId: string;
  /** Pearsana’s answer. If its type is unknown, Pearsana does not document it: check its form before you use it. */
  result: CreateUserResult;
  /** The facts of Pearsana’s answer; null if Pearsana was not called. */
  partner: PartnerFacts;
  /** Whether this is the recorded answer to an earlier request with the same key. */
  replayed: boolean;
}
/** `POST /v1/invitations`: Pearsana sends an e-mail to a real person. */
export interface CreateInvitationRequest {
  /** An e-mail address of the usual form, its domain in ASCII (`xn--…`); at most 254 characters (RFC 5321, 4.5.3.1.3, less the angle brackets), and 64 before the `@`. */
  email: string;
  /** The name of the invited person. */
  identity: {
    /** Required text, in one line and without invisible characters. At most 200 characters. */
    firstName: string;
    /** Required text, in one line and without invisible characters. At most 200 characters. */
    lastName: string;
  };
  /** At least one. Each namespace may appear once, as invitations require. At most 50 entries. */
  externalReferences: ExternalReference[];
  /** A message to a person. Of the control characters, it may contain only tabs and line ends. At most 2,000 characters. */
  message?: string | undefined;
  /** The roles of the invited person. Pearsana's default is `["student"]`. At most 20 entries. */
  roles?: string[] | undefined;
}
export interface CreateInvitationAnswer {
  /** The environment that answered: the one that was asked. */
  environment: string;
  /** The id of this call in the BFF's log, which Pearsana received too. Quote it when you ask for help. */
  requestId: string;
  /** Pearsana’s answer. If its type is unknown, Pearsana does not document it: check its form before you use it. */
  result: CreateInvitationResult;
  /** The facts of Pearsana’s answer; null if Pearsana was not called. */
  partner: PartnerFacts;
  /** Whether this is the recorded answer to an earlier request with the same key. */
  replayed: boolean;
}
/** `POST /v1/documents:submit`. */
export interface SubmitDocumentRequest {
  /** A reference of a user who exists at Pearsana. */
  externalReference: ExternalReference;
  /** One of `documentTypes`, or any other. At most 200 characters. */
  documentType: DocumentType;
  /** The file: a `Blob`, a `File`, a `Uint8Array`, or text that is base64 already (padded, in one line). A `File` gives its name to `filename`. The BFF limits its size: `fileLimits` of `environments`. */
  file: FileContent;
  /** Pearsana detects the type of the file from its name. Without a name, the type is `application/octet-stream`. At most 255 characters. */
  filename?: string | undefined;
  /** By default `store_only`. Any other intent, such as `attest`, starts a verification. At most 200 characters. */
  verificationIntent?: string | undefined;
  /** Only with the intent `attest`. At most 200 characters. */
  attestationReferenceId?: string | undefined;
  /** Any object, within limits. It may not be nested deeper than real programs need, since that would be an attack. */
  verificationMetadata?: Record<string, unknown> | undefined;
}
export interface SubmitDocumentAnswer {
  /** The environment that answered: the one that was asked. */
  environment: string;
  /** The id of this call in the BFF's log, which Pearsana received too. Quote it when you ask for help. */
  requestId: string;
  /** Pearsana’s answer. If its type is unknown, Pearsana does not document it: check its form before you use it. */
  result: SubmitDocumentResult;
  /** The facts of Pearsana’s answer; null if Pearsana was not called. */
  partner: PartnerFacts;
  /** Whether this is the recorded answer to an earlier request with the same key. */
  replayed: boolean;
}
/** `POST /v1/documents:submitBatch`. */
export interface SubmitDocumentBatchRequest {
  /** At most 25 entries. */
  items: {
    /** A reference of a user who exists at Pearsana. */
    externalReference: ExternalReference;
    /** One of `documentTypes`, or any other. At most 200 characters. */
    documentType: DocumentType;
    /** The file: a `Blob`, a `File`, a `Uint8Array`, or text that is base64 already (padded, in one line). A `File` gives its name to `filename`. The BFF limits its size: `fileLimits` of `environments`. */
    file: FileContent;
    /** Pearsana detects the type of the file from its name. Without a name, the type is `application/octet-stream`. At most 255 characters. */
    filename?: string | undefined;
    /** By default `store_only`. Any other intent, such as `attest`, starts a verification. At most 200 characters. */
    verificationIntent?: string | undefined;
    /** Only with the intent `attest`. At most 200 characters. */
    attestationReferenceId?: string | undefined;
    /** Any object, within limits. It may not be nested deeper than real programs need, since that would be an attack. */
    verificationMetadata?: Record<string, unknown> | undefined;
    /** Identifies the result of this item. At most 200 characters. */
    itemId: string;
    /** Any object, within limits. It may not be nested deeper than real programs need, since that would be an attack. */
    metadata?: Record<string, unknown> | undefined;
    /** Optional text. It may be empty. At most 200 characters. */
    partnerReferenceId?: string | undefined;
  }[];
}
export interface SubmitDocumentBatchAnswer {
  /** The environment that answered: the one that was asked. */
  environment: string;
  /** The id of this call in the BFF's log, which Pearsana received too. Quote it when you ask for help. */
  requestId: string;
  /** Pearsana’s answer. If its type is unknown, Pearsana does not document it: check its form before you use it. */
  result: SubmitDocumentResult;
  /** The facts of Pearsana’s answer; null if Pearsana was not called. */
  partner: PartnerFacts;
  /** Whether this is the recorded answer to an earlier request with the same key. */
  replayed: boolean;
}
/** `in_flight`: it is being sent right now. `succeeded`: Pearsana accepted it. The others are as in a failure's `outcome`. */
export type WriteState = 'in_flight' | 'succeeded' | 'not_sent' | 'refused' | 'unknown';
/** `GET /api/environments/{environment}/activity`: the caller's own writes, newest first. A caller with every grant in the environment sees everybody's writes, and those with an unknown outcome come first. */
export interface ActivityAnswer {
  /** The environment that answered: the one that was asked. */
  environment: string;
  /** The id of this call in the BFF's log, which Pearsana received too. Quote it when you ask for help. */
  requestId: string;
  /** The writes of this page. */
  activity: ActivityEntry[];
  /** Pass this back as `?before=` for the next page. Null on the last page. */
  next: string | null;
}
export interface ResolveAnswer {
  /** The environment that answered: the one that was asked. */
  environment: string;
  /** The id of this call in the BFF's log, which Pearsana received too. Quote it when you ask for help. */
  requestId: string;
  /** The write, as it is recorded now. */
  activity: ActivityEntry;
}
/** A person's id in another system. `namespace` names the system (SIS, LMS, PEARSANA, …), `externalId` is the id. */
export interface ExternalReference {
  /** Required text, in one line and without invisible characters. At most 200 characters. */
  namespace: string;
  /** Required text, in one line and without invisible characters. At most 200 characters. */
  externalId: string;
}
/** One entry for each person or document, in the order of the request: the write that prevents another one (in flight, unknown or succeeded), otherwise the newest; null if there is no earlier write. */
export interface LookupAnswer {
  /** The environment that answered: the one that was asked. */
  environment: string;
  /** The id of this call in the BFF's log, which Pearsana received too. Quote it when you ask for help. */
  requestId: string;
  /** Names the journal, as in `jrn_…`. If it changes, a different BFF or a different data directory answers. */
  journal: string;
  /** In the order of the request. */
  results: (KnownWrite | null)[];
}
/** The answer to announcing, showing and stopping an import. */
export interface ImportAnswer {
  /** The environment that answered: the one that was asked. */
  environment: string;
  /** The id of this call in the BFF's log, which Pearsana received too. Quote it when you ask for help. */
  requestId: string;
  /** Names the journal, as in `jrn_…`. If it changes, a different BFF or a different data directory answers. */
  journal: string;
  /** The import, as it is now. */
  import: ImportRecord;
}
/** `GET …/imports`: the caller's imports, newest first. A caller with every grant in the environment sees everybody's. */
export interface ImportsAnswer {
  /** The environment that answered: the one that was asked. */
  environment: string;
  /** The id of this call in the BFF's log, which Pearsana received too. Quote it when you ask for help. */
  requestId: string;
  /** Names the journal, as in `jrn_…`. If it changes, a different BFF or a different data directory answers. */
  journal: string;
  /** The imports, newest first. */
  imports: ImportRecord[];
  /** How many rows a minute the caller's imports may send here, all together; 0 where none are allowed. */
  perMinute?: number | undefined;
}
/** `GET /auth/methods`, for anybody: the ways to sign in. */
export interface SignInMethodsAnswer {
  /** The id of this call in the BFF's log, which Pearsana received too. Quote it when you ask for help. */
  requestId: string;
  /** Always `access-key`; also `browser`, if people can sign in through the organisation's OpenID provider. */
  methods: string[];
}
/** The window's access key, which is shown only once. */
export interface WindowKeyAnswer {
  /** The id of this call in the BFF's log, which Pearsana received too. Quote it when you ask for help. */
  requestId: string;
  /** The key itself. */
  accessKey: string;
  /** Whose key it is. */
  caller: {
    /** The name of the person who signed in. */
    id: string;
  };
  /** ISO 8601. */
  expiresAt: string;
}
/** `POST /auth/vscode/revoke`, sent with the key to end. */
export interface KeyEndedAnswer {
  /** The id of this call in the BFF's log, which Pearsana received too. Quote it when you ask for help. */
  requestId: string;
}
export interface Environment {
  /** The name in paths, as in `/api/environments/sandbox/ping`. */
  id: string;
  /** The name for people. */
  name: string;
  /** `local` is the stand-in for Pearsana, which sends nothing to anybody. */
  kind: EnvironmentKind;
  /** Whether every write must be confirmed by name (`X-Confirm-Environment`). */
  protected: boolean;
  /** Pearsana's API, which the BFF calls for this environment. */
  apiUrl: string;
  /** The operations that this caller may use here. */
  grants: string[];
  /** The tokens that the BFF has, one for each set of scopes. */
  tokens: TokenStatus[];
  /** The newest version of Pearsana's API (a date), if it is newer than the one that the BFF uses. */
  newerApiVersion?: string | undefined;
}
/** The most bytes that files may have, decoded: one document, and all documents of a batch. Each BFF has its own limits. */
export interface FileLimits {
  /** Of one document, in bytes. */
  document: number;
  /** Of all documents of a batch together, in bytes. */
  batch: number;
}
export interface HealthResult {
  /** `ok` if Pearsana is well. */
  status: string;
  [more: string]: unknown;
}
/** The facts of Pearsana's answer. */
export interface PartnerFacts {
  /** The HTTP status of Pearsana's answer. */
  status: number;
  /** Milliseconds, from the first byte of the request to the last byte of the answer. Requesting a token does not count. */
  durationMs: number;
  /** Pearsana's `X-Request-Id`. */
  requestId: string | null;
  /** The API version that was applied (a date). */
  apiVersion: string | null;
  /** The newest version. */
  apiVersionLatest: string | null;
  /** The oldest version that is still supported. */
  apiVersionSupported: string | null;
}
export interface PingResult {
  /** `ok` if Pearsana accepted the token. */
  status: string;
  /** Pearsana's message. */
  message: string;
  /** The App Client of the token. It is not a secret. */
  clientId: string;
  /** The scopes of the token. */
  scopes: string[];
  [more: string]: unknown;
}
/** `GET …/scopes`: every documented scope, in the order of Pearsana's page. */
export interface ScopesResult {
  /** When the BFF checked (ISO 8601). The result is kept for a minute. */
  checkedAt: string;
  /** In the order of Pearsana's page. */
  scopes: {
    /** With Pearsana's prefix. */
    scope: string;
    /** What the scope allows, in words, such as "creating users". */
    grants: string;
    /** Whether it is enabled on the App Client. If the BFF could not find out, it is null, and `error` says why. */
    enabled: boolean | null;
    /** Why the BFF could not find out. */
    error?:
      | {
          /** One of `errorCodes`. */
          code: string;
          /** Why the BFF could not find out, in words. */
          message: string;
        }
      | undefined;
  }[];
}
export interface Profile {
  /** An optional name of a person. It may be empty. At most 200 characters. */
  preferredName?: string | undefined;
  /** Optional text. It may be empty. At most 200 characters. */
  phone?: string | undefined;
  /** Three capital letters (ISO 4217), such as USD, GBP or EUR. */
  currency?: string | undefined;
  /** Where the person lives. */
  address?: Address | undefined;
}
/** Pearsana does not document this body, so it is passed on as it is. The local Pearsana answers `{"user": {"userId"}}`. */
export type CreateUserResult = unknown;
export interface CreateInvitationResult {
  /** The invitation that was made. */
  invitation: {
    /** As in `inv_…`. */
    invitationId: string;
    /** `pending`, `accepted` or `expired`; Pearsana may add others. */
    status: string;
    /** `new` or `existing`. */
    userState: string;
    /** ISO 8601. */
    creationDateTime: string;
    [more: string]: unknown;
  };
  [more: string]: unknown;
}
/** Pearsana does not document these bodies, so they are passed on as they are. */
export type SubmitDocumentResult = unknown;
/** One write in the journal. */
export interface ActivityEntry {
  /** Names this write in `…/activity/{id}/resolve`. */
  id: string;
  /** The name of the method that sent it. */
  operation: string;
  /** Who sent it: the name of an access key, or of a session. A BFF of an older version does not say so. */
  caller?: string | undefined;
  /** What became of the write. */
  state: WriteState;
  /** ISO 8601, like all times here. */
  startedAt: string;
  /** Null until the outcome is known, and forever if the outcome was lost. */
  endedAt: string | null;
  /** The BFF's request id, which Pearsana received too. */
  requestId: string;
  /** The people it was about, by their ids in other systems. */
  externalReferences: {
    /** The other system, such as `SIS`. */
    namespace: string;
    /** The person's id there. */
    externalId: string;
  }[];
  /** The import that it was a row of. A BFF of an older version does not say so. */
  importId?: string | undefined;
  /** The code of its failure. */
  code: string | null;
  /** Pearsana's status, if an answer came; then `partnerRequestId` is Pearsana's request id. */
  status: number | null;
  /** Pearsana's own id of the request. */
  partnerRequestId: string | null;
  /** Ids and states from Pearsana's answer, if the write succeeded. */
  result: unknown;
  /** What a person found out about this write, if its outcome was unknown. */
  resolved: {
    /** Whether the write happened. */
    happened: boolean;
    /** Who found out: the name of an access key, or of a session. */
    by: string;
    /** When it was recorded. */
    at: string;
  } | null;
}
/** An earlier write of the same operation for a person or a document, whoever sent it. */
export interface KnownWrite {
  /** Names the write, as in `activity`. */
  id: string;
  /** What became of the write. */
  state: WriteState;
  /** ISO 8601. */
  startedAt: string;
  /** The BFF's request id of that write. */
  requestId: string;
  /** Ids and states from Pearsana's answer, if the write succeeded. */
  result?: unknown | undefined;
  /** The code of its failure, if it failed. */
  code?: string | undefined;
  /** Whether this caller sent the write. */
  mine: boolean;
  /** Only in the details of `ALREADY_KNOWN`: whether the whole request was the same, and not only the person. */
  sameRequest?: boolean | undefined;
}
/** What the BFF stores about an import: who confirmed how many rows for which environment, and how they ended. It stores no names. */
export interface ImportRecord {
  /** Names this import, as in `imp_…`. */
  id: string;
  /** Where its rows are written. */
  environment: string;
  /** The operation of every row. */
  operation: 'createUser' | 'createInvitation' | 'submitDocument';
  /** How many rows the person confirmed. */
  rows: number;
  /** The SHA-256 of the file, in hexadecimal. */
  digest: string;
  /** Whether it may send again what had succeeded before it was announced. An older BFF does not say. */
  again?: boolean | undefined;
  /** `finished`: all rows are done, or no row was sent for 24 hours. `stopped`: somebody stopped the import. */
  state: 'open' | 'stopped' | 'finished';
  /** Who announced the import: the name of an access key, or of a session. */
  caller: string;
  /** ISO 8601, like `endedAt`. */
  startedAt: string;
  /** Null while the import is open. */
  endedAt: string | null;
  /** How many rows a minute the caller's imports may send in this environment, all together. */
  perMinute: number;
  /** How many rows are in each state. */
  counts: {
    /** Pearsana accepted them. */
    succeeded: number;
    /** Pearsana refused them, so nothing was changed. */
    refused: number;
    /** They did not leave the BFF. */
    not_sent: number;
    /** They may have happened: look in Pearsana. */
    unknown: number;
    /** They are being sent right now. */
    in_flight: number;
  };
}
export type EnvironmentKind = 'local' | 'sandbox' | 'production' | 'other';
/** The state of the token for one set of scopes, without the token. */
export interface TokenStatus {
  /** With Pearsana's prefix. */
  scopes: string[];
  /** `fresh`: in use. `stale`: in use while a new one is requested. `expired`: not used. `failing`: the last request failed. */
  state: 'fresh' | 'stale' | 'expired' | 'failing';
  /** ISO 8601; null if there is no token. */
  expiresAt: string | null;
}
/** A person's address. Pearsana's reference puts date of birth and citizenship here too. */
export interface Address {
  /** Optional text. It may be empty. At most 200 characters. */
  line1?: string | undefined;
  /** Optional text. It may be empty. At most 200 characters. */
  line2?: string | undefined;
  /** Optional text. It may be empty. At most 200 characters. */
  line3?: string | undefined;
  /** Optional text. It may be empty. At most 200 characters. */
  city?: string | undefined;
  /** Optional text. It may be empty. At most 200 characters. */
  state?: string | undefined;
  /** Optional text. It may be empty. At most 200 characters. */
  zip?: string | undefined;
  /** Optional text. It may be empty. At most 200 characters. */
  country?: string | undefined;
  /** A birth date, as in `2000-05-15`: a calendar day that exists, in the past, and after the year 1900. */
  dateOfBirth?: string | undefined;
  /** Optional text. It may be empty. At most 200 characters. */
  citizenship?: string | undefined;
}
export interface Requests {
  health: undefined;
  ping: undefined;
  scopes: undefined;
  createUser: CreateUserRequest;
  createInvitation: CreateInvitationRequest;
  submitDocument: SubmitDocumentRequest;
  submitDocumentBatch: SubmitDocumentBatchRequest;
}
export interface Answers {
  health: HealthAnswer;
  ping: PingAnswer;
  scopes: ScopesAnswer;
  createUser: CreateUserAnswer;
  createInvitation: CreateInvitationAnswer;
  submitDocument: SubmitDocumentAnswer;
  submitDocumentBatch: SubmitDocumentBatchAnswer;
}
export interface Options {
  health: HealthOptions;
  ping: PingOptions;
  scopes: ScopesOptions;
  createUser: CreateUserOptions;
  createInvitation: CreateInvitationOptions;
  submitDocument: SubmitDocumentOptions;
  submitDocumentBatch: SubmitDocumentBatchOptions;
}

// Compile-only: the types of the npm package, which are written from the API's description, are those that follow from the
// table's schemas.
import type { CallOptions, Failure, FileContent, RequestOf, ResultOf } from '../../client/index.ts';
import type { ClientMethods } from '../../client/methods.ts';
import type { ClientOf } from '../../shared/client.ts';
import type { Endpoints } from '../../shared/endpoints.ts';

declare const written: ClientMethods;
declare const inferred: ClientOf<Endpoints>;

/** The same type, in which every file is text. */
type WithText<Value> = [Value, FileContent] extends [FileContent, Value]
  ? string
  : Value extends string | AbortSignal
    ? Value
    : Value extends readonly (infer Each)[]
      ? WithText<Each>[]
      : Value extends object
        ? { [Name in keyof Value]: WithText<Value[Name]> }
        : Value;
type Options<Methods> = {
  [Name in keyof Methods]: Methods[Name] extends (options: infer Given) => unknown ? WithText<Given> : never;
};
type Answers<Methods> = {
  [Name in keyof Methods]: Methods[Name] extends (...given: never) => Promise<infer Answer> ? Answer : never;
};

declare const writtenAnswers: Answers<ClientMethods>;
declare const inferredAnswers: Answers<ClientOf<Endpoints>>;
declare const writtenOptions: Required<Options<ClientMethods>>;
declare const inferredOptions: Required<Options<ClientOf<Endpoints>>>;
writtenAnswers satisfies Answers<ClientOf<Endpoints>>;
inferredAnswers satisfies Answers<ClientMethods>;
writtenOptions satisfies Options<ClientOf<Endpoints>>;
inferredOptions satisfies Options<ClientMethods>;
null as unknown as keyof typeof inferred satisfies keyof typeof written;

// What may be left out may be undefined, and the end of the pages may be handed back.
written.activity({ environment: 'a', before: (await written.activity({ environment: 'a' })).next });
written.createUser({
  environment: 'a',
  request: null as unknown as RequestOf<'createUser'>,
  ...{
    idempotencyKey: undefined,
    confirm: undefined,
    signal: undefined,
    requestId: undefined,
    timeoutMs: undefined,
  },
});

// A file is its content, or base64; a type is one of Pearsana's, or any other.
declare const document: RequestOf<'submitDocument'>;
({ ...document, file: new Blob(), documentType: 'DIPLOMA' }) satisfies RequestOf<'submitDocument'>;
({
  ...document,
  file: new Uint8Array(),
  documentType: 'Something else',
}) satisfies RequestOf<'submitDocument'>;
// @ts-expect-error A number is no file.
({ ...document, file: 7 }) satisfies RequestOf<'submitDocument'>;

// The names of an operation lead to its types.
null as unknown as CallOptions<'ping'> satisfies { environment: string };
null as unknown as ResultOf<'ping'> satisfies { clientId: string };
// @ts-expect-error There is no such operation.
null as unknown as RequestOf<'pong'>;
null as unknown as Failure satisfies { code: string };

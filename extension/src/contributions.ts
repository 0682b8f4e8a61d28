import type * as vscode from 'vscode';
import type { ActivityEntry } from '../../shared/activity.ts';
import type { FileLimits } from '../../shared/environments.ts';
import type { OperationName, RequestOf, Success } from '../../shared/operations.ts';
import type { CommandFailure } from './failures/command-failure.ts';

/** Names that the manifest and the code must agree on; a test compares them. */
export const viewId = 'pearsana.environments';
export const activityViewId = 'pearsana.activity';
export const backendUrlSetting = 'pearsana.backendUrl';
export const providerId = 'pearsana';
/** A context key: `signedIn`, `signedOut`, or absent while nobody knows. */
export const sessionContextKey = 'pearsana.session';

/** Which environment a command is for; a node of the tree is one too. */
export type EnvironmentArgument = { environment: string };

/**
 * What a command that writes may be given. Its request fills in the wizard, whose preview and confirmation follow in
 * any case; `confirm` stands for both, and is taken only in the tests of an extension.
 */
export type WriteArgument<Name extends OperationName> = {
  environment?: string;
  request?: Partial<RequestOf<Name>>;
  confirm?: boolean;
  /** That it is wanted once more although nobody knows what became of the same request before. */
  newKey?: boolean;
};

/**
 * What submitting documents may be given: a request for one, or for a batch of any length; a `uri` may stand in the
 * place of a `file`. In the explorer, VS Code gives the files instead.
 */
export type DocumentsArgument = Omit<WriteArgument<OperationName>, 'request'> & {
  request?: Record<string, unknown>;
  /** The limits that batches were cut by before: by others they would be other requests, with keys of their own. */
  cutBy?: FileLimits;
};

/** What became of one document. */
export type DocumentResult = {
  file: string;
  result: 'accepted' | 'failed' | 'not sent' | 'unknown';
  documentId?: string;
  requestId?: string;
  /** Why not, in the words of whoever said so. */
  message?: string;
};

/** What became of each document, and why no more were sent. */
export type DocumentsResult = { environment: string; documents: DocumentResult[]; error?: CommandFailure };

/**
 * One write of the user's, by the request id that it was sent with. `again` is what its own command takes, to send the
 * same request once more should it turn out not to have happened.
 */
export type WriteReference = EnvironmentArgument & { requestId: string; again?: unknown };

/** What an operation's command returns: the typed answer, what went wrong (the user has been told), or nothing when cancelled. */
export type CallResult<Name extends OperationName> = Success<Name> | Failed | undefined;
export type Failed = { error: CommandFailure };

/** Every command: what it may be given, and what it returns. */
export type Commands = {
  /** Pings one environment; asks which one unless it is told. */
  'pearsana.ping': { argument: EnvironmentArgument; result: CallResult<'ping'> };
  /** Asks whether Pearsana is up, which needs no token. */
  'pearsana.health': { argument: EnvironmentArgument; result: CallResult<'health'> };
  /** Lists every scope that there is, and whether the App Client has it. */
  'pearsana.scopes': { argument: EnvironmentArgument; result: CallResult<'scopes'> };
  /** Asks for a new user's data, shows them, and creates the user. */
  'pearsana.createUser': { argument: WriteArgument<'createUser'>; result: CallResult<'createUser'> };
  /** Asks for what an invitation needs, shows it, and sends it. */
  'pearsana.invite': { argument: WriteArgument<'createInvitation'>; result: CallResult<'createInvitation'> };
  /** Asks for files and what they are, shows all of it, and submits them in as many requests as it takes. */
  'pearsana.submitDocument': { argument: DocumentsArgument; result: DocumentsResult | Failed | undefined };
  /** Asks whether a write whose outcome is unknown happened, and tells the BFF. */
  'pearsana.resolve': { argument: WriteReference; result: ActivityEntry | Failed | undefined };
  'pearsana.refresh': { argument: never; result: undefined };
  /** Signs in, in the browser or with an access key. It takes a key from its caller only in the tests of an extension. */
  'pearsana.signIn': { argument: { accessKey: string }; result: { signedInTo: string } | Failed | undefined };
  'pearsana.signOut': { argument: never; result: Failed | undefined };
  'pearsana.showLog': { argument: never; result: undefined };
};

export type CommandId = keyof Commands;

/** The command of each operation. A new row of the table has to be answered for here. */
export const operationCommands = {
  health: 'pearsana.health',
  ping: 'pearsana.ping',
  scopes: 'pearsana.scopes',
  createUser: 'pearsana.createUser',
  createInvitation: 'pearsana.invite',
  submitDocument: 'pearsana.submitDocument',
  submitDocumentBatch: 'pearsana.submitDocument',
} as const satisfies Record<OperationName, CommandId>;

/** What an operation does, as in “Your key cannot … in sandbox”. */
export const operationDeeds: Record<OperationName, string> = {
  health: 'check the health',
  ping: 'ping',
  scopes: 'list scopes',
  createUser: 'create users',
  createInvitation: 'invite',
  submitDocument: 'submit documents',
  submitDocumentBatch: 'submit documents',
};

/**
 * One handler for each command. Anything in the window can call a command, with anything: so a handler is given
 * something unknown, and checks it. A menu of files gives the one that was clicked, and all that are selected.
 */
export type CommandHandlers = {
  [Id in CommandId]: (
    argument?: unknown,
    more?: unknown,
  ) => Commands[Id]['result'] | Promise<Commands[Id]['result']>;
};

/** Registers them all: one too few or too many doesn't compile. */
export function registerCommands(
  register: typeof vscode.commands.registerCommand,
  handlers: CommandHandlers,
): vscode.Disposable[] {
  return Object.entries(handlers).map(([id, handler]) => register(id, handler));
}

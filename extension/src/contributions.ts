import type * as vscode from 'vscode';
import type { ActivityEntry, WriteState } from '../../shared/activity.ts';
import type { Finding } from '../../shared/doctor.ts';
import type { FileLimits } from '../../shared/environments.ts';
import type { ImportOperation } from '../../shared/import-record.ts';
import type { RowState } from '../../shared/imports/result-files.ts';
import type { ColumnWords } from '../../shared/imports/roster.ts';
import type { OperationName, RequestOf, Success } from '../../shared/operations.ts';
import type { CommandFailure } from './failures/command-failure.ts';

/** Names that the manifest and the code must agree on; a test compares them. */
export const viewId = 'pearsana.environments';
export const activityViewId = 'pearsana.activity';
export const importsViewId = 'pearsana.imports';
export const backendUrlSetting = 'pearsana.backendUrl';
/** Where the BFF's repository is, to start it from there. No workspace can set it. */
export const backendFolderSetting = 'pearsana.backendFolder';
export const providerId = 'pearsana';
/** The state of VS Code that holds the imports that have not ended. */
export const keptImportsKey = 'imports';
/** The state of VS Code that holds which files were imported, and where they are. */
export const importNamesKey = 'importNames';
/** A context key: `signedIn`, `signedOut`, `failed` where the BFF does not tell, or absent until it was asked. */
export const sessionContextKey = 'pearsana.session';
/**
 * A context key: what was done in this window, in these words, by which the steps of the walkthrough are completed. It is set for
 * a moment alone: VS Code completes a step only when a key changes, and never one whose key was set before the walkthrough was opened.
 */
export const doneContextKey = 'pearsana.done';
export const doneSteps = ['signedIn', 'pinged', 'invited', 'imported'] as const;
export type DoneStep = (typeof doneSteps)[number];
/** A context key: the operations that are granted in any environment, or `none`; absent while nobody knows. */
export const grantsContextKey = 'pearsana.grants';
/** The state of VS Code that holds the default environment of each BFF. */
export const keptDefaultsKey = 'defaultEnvironments';
/** A context key: whether the view of what was sent shows only a part. */
export const activityFilteredContextKey = 'pearsana.activityFiltered';
/** A context key: whether an import of this window has not ended. */
export const importingContextKey = 'pearsana.importing';
/** Colours of icons. VS Code has a value for each kind of theme, and a user can change them. */
export const colors = {
  succeeded: 'pearsana.succeeded',
  failed: 'pearsana.failed',
  unknown: 'pearsana.unknown',
  protected: 'pearsana.protected',
} as const;
export type Color = (typeof colors)[keyof typeof colors];

/** The environment that a command is for. A node of the tree can be used as this argument too. */
export type EnvironmentArgument = { environment: string };

/**
 * The argument of a command that writes. `request` fills in the wizard; the user reviews and confirms it in any case.
 * `confirm` replaces both, and is accepted only when the extension runs in its tests.
 */
export type WriteArgument<Name extends OperationName> = {
  environment?: string;
  request?: Partial<RequestOf<Name>>;
  confirm?: boolean;
  /** Sends the request with a new key, although the outcome of the same request before is unknown. */
  newKey?: boolean;
  /** What became of the same write before, which the review then says. */
  sentBefore?: SentBefore;
};

/**
 * What became of a write, as far as somebody knows; `startedAt` is ISO 8601, and `references` say whom it was about. `why`
 * begins the sentence that asks for what is missing.
 */
export type SentBefore = {
  state: WriteState;
  startedAt: string;
  references?: unknown;
  why?: string | undefined;
};

/**
 * The argument of the command that submits documents: a request for one document, or for a batch of any length. A document
 * may have a `uri` instead of a `file`. From the explorer's menu, VS Code passes the files instead.
 */
export type DocumentsArgument = Omit<WriteArgument<OperationName>, 'request'> & {
  request?: Record<string, unknown>;
  /** The limits by which the files were put into batches before. Other limits would make other requests, with other keys. */
  cutBy?: FileLimits;
};

/** What became of one document. */
export type DocumentResult = {
  file: string;
  /** Whose it is, as in `SIS 20261234`. */
  person?: string;
  result: 'accepted' | 'failed' | 'not sent' | 'unknown';
  documentId?: string;
  requestId?: string;
  /** Why it was not accepted, in the words of Pearsana, the BFF or the extension. */
  message?: string;
};

/** What became of each document. `error` says why no more were sent. */
export type DocumentsResult = { environment: string; documents: DocumentResult[]; error?: CommandFailure };

/** One of the user's writes, named by the request id that it was sent with. */
export type WriteReference = EnvironmentArgument & { requestId: string };

/**
 * What importing a file may be given; in the explorer and in an editor's title, VS Code gives the file instead. `set` and
 * `map` say what the file's columns do not; `confirm` is taken only in the tests of an extension.
 */
export type ImportArgument = ColumnWords & {
  environment?: string;
  operation?: ImportOperation;
  /** A file, or a folder of documents. */
  uri?: string;
  /** Proposes to send what was done before once more; the user decides. */
  again?: boolean;
  confirm?: boolean;
};

/** What became of a file's rows, by number. `importId` is absent where nothing was to be sent. */
export type ImportResult = {
  environment: string;
  operation: ImportOperation;
  importId?: string;
  end: 'finished' | 'stopped' | 'cancelled';
  counts: Record<RowState, number>;
  error?: CommandFailure;
};

/** How many rows are new, were done, refused or left unknown before, or have faults. */
export type CheckCounts = Record<'new' | 'known' | 'refused' | 'unknown' | 'invalid', number>;
export type CheckResult = { environment: string; operation: ImportOperation; counts: CheckCounts };

/** An import in the view: one of this window's (`run`), or one that the BFF knows. */
export type ImportReference = { run: string } | { environment: string; importId: string };

/** What an operation's command returns: the typed answer, or what went wrong (the user has been told), or `undefined` after a cancel. */
export type CallResult<Name extends OperationName> = Success<Name> | Failed | undefined;
export type Failed = { error: CommandFailure };

/** Every command, with its argument and its result. */
export type Commands = {
  /** Pings one environment. Without an argument, it asks which one. */
  'pearsana.ping': { argument: EnvironmentArgument; result: CallResult<'ping'> };
  /** Asks whether Pearsana is up, which needs no token. */
  'pearsana.health': { argument: EnvironmentArgument; result: CallResult<'health'> };
  /** Lists every documented scope, and whether it is enabled on the App Client. */
  'pearsana.scopes': { argument: EnvironmentArgument; result: CallResult<'scopes'> };
  /** Asks for a new user's data, shows them, and creates the user. */
  'pearsana.createUser': { argument: WriteArgument<'createUser'>; result: CallResult<'createUser'> };
  /** Asks for what an invitation needs, shows it, and sends it. */
  'pearsana.invite': { argument: WriteArgument<'createInvitation'>; result: CallResult<'createInvitation'> };
  /** Asks for files and what they are, shows all of it, and submits them in as many requests as it takes. */
  'pearsana.submitDocument': { argument: DocumentsArgument; result: DocumentsResult | Failed | undefined };
  /** Asks for a file and what it is for, checks all of it, shows what would be sent, and sends it once that is confirmed. */
  'pearsana.importFile': { argument: ImportArgument; result: ImportResult | Failed | undefined };
  /** Checks all rows of a file, shows what is known of each at its line, and sends nothing. */
  'pearsana.checkFile': { argument: ImportArgument; result: CheckResult | Failed | undefined };
  /** Opens a new file with the columns of an operation and an example. */
  'pearsana.newImportFile': { argument: { operation: ImportOperation }; result: Failed | undefined };
  /** Without an argument, it is about the newest import of this window that has not ended; so are the next two. */
  'pearsana.pauseImport': { argument: ImportReference; result: Failed | undefined };
  'pearsana.continueImport': { argument: ImportReference; result: Failed | undefined };
  'pearsana.stopImport': { argument: ImportReference; result: Failed | undefined };
  /** Shows what became of each row of an import; of one of this window also as a message, with its files to save. */
  'pearsana.showImportResults': { argument: ImportReference; result: Failed | undefined };
  /** Asks whether writes whose outcome is unknown happened, and tells the BFF. Without an argument, it asks which ones. */
  'pearsana.resolve': { argument: WriteReference; result: ActivityEntry | Failed | undefined };
  /** Chooses the environment that is offered first and shown in the status bar. It never decides where a write goes. */
  'pearsana.chooseEnvironment': {
    argument: EnvironmentArgument;
    result: EnvironmentArgument | Failed | undefined;
  };
  /** Shows all that is known of a write, in an editor. */
  'pearsana.showWrite': { argument: WriteReference; result: Failed | undefined };
  'pearsana.copyRequestId': { argument: WriteReference; result: Failed | undefined };
  /** Copies the id of what Pearsana made, such as `inv_…`. */
  'pearsana.copyPearsanaId': { argument: WriteReference; result: Failed | undefined };
  /** Copies request ids, times and versions; nobody's data. */
  'pearsana.copyForSupport': { argument: WriteReference; result: Failed | undefined };
  /** Copies a request of this window, without the access key. */
  'pearsana.copyAsCurl': { argument: WriteReference; result: Failed | undefined };
  'pearsana.copyAsTypeScript': { argument: WriteReference; result: Failed | undefined };
  /** Opens the review of a write that was sent, in the same environment. */
  'pearsana.sendAgain': { argument: WriteReference; result: Failed | undefined };
  /** Limits what the view shows to an outcome or a person. */
  'pearsana.filterActivity': { argument: never; result: undefined };
  'pearsana.filterByPerson': { argument: WriteReference; result: Failed | undefined };
  'pearsana.clearActivityFilter': { argument: never; result: undefined };
  'pearsana.showMoreActivity': { argument: EnvironmentArgument & { importId?: string }; result: undefined };
  /** Saves the results of documents, which are shown in an editor, as CSV. */
  'pearsana.saveResults': { argument: never; result: undefined };
  'pearsana.refresh': { argument: never; result: undefined };
  /** Signs in, in the browser or with an access key. It takes a key from its caller only in the tests of an extension. */
  'pearsana.signIn': { argument: { accessKey: string }; result: { signedInTo: string } | Failed | undefined };
  /** Starts the BFF from its repository, and signs in to it. Nothing where that is not possible: the user has been told. */
  'pearsana.startBackend': { argument: never; result: { signedInTo: string } | Failed | undefined };
  /** Checks everything between VS Code and Pearsana, and lists what it finds. Nothing where the list was closed early. */
  'pearsana.checkEverything': { argument: never; result: { findings: Finding[] } | Failed | undefined };
  'pearsana.signOut': { argument: never; result: Failed | undefined };
  'pearsana.showLog': { argument: never; result: undefined };
};

export type CommandId = keyof Commands;

/** The command of each operation. A new operation of the table needs a line here, in `operationDeeds` and in `Commands`. */
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
 * One handler for each command. Anything in the window can call a command with any argument, so a handler gets an `unknown`
 * and checks it. The explorer's menu passes the file that was clicked, and then all files that are selected.
 */
export type CommandHandlers = {
  [Id in CommandId]: (
    argument?: unknown,
    more?: unknown,
  ) => Commands[Id]['result'] | Promise<Commands[Id]['result']>;
};

/** Registers a handler for every command. A missing or an unknown one does not compile. */
export function registerCommands(
  register: typeof vscode.commands.registerCommand,
  handlers: CommandHandlers,
): vscode.Disposable[] {
  return Object.entries(handlers).map(([id, handler]) => register(id, handler));
}

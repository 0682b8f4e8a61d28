import type { Request } from 'express';
import type { ImportAnswer, ImportRecord } from '../../../shared/import-record.ts';
import { BffError } from '../../bff-error.ts';
import type { Caller } from '../../callers/caller.ts';
import type { EnvironmentFacts } from '../../config/environment-config.ts';
import { toldWrite } from '../../journal/imports/refused-row.ts';
import type { Journal, Reader } from '../../journal/journal.ts';
import type { ImportFacts } from '../../journal/journal-store.ts';
import type { RequestContext } from '../middleware/request-context.ts';
import { requireGrant } from './named-environment.ts';
import type { OwnAnswers } from './own-routes.ts';
import { readerOf } from './reader-of.ts';

/** How many rows a minute all imports of a caller may send in an environment; 0 if imports are not allowed there. */
export type ImportsPerMinute = (environment: Pick<EnvironmentFacts, 'protected'>) => number;

/** In protected environments rows go half as fast: they reach real people, and somebody must have time to stop a mistake. */
export function importsPerMinuteOf(perMinute: number): ImportsPerMinute {
  return ({ protected: isProtected }) => (isProtected ? Math.ceil(perMinute / 2) : perMinute);
}

/** Only ids of this form are logged: anything else that a caller sends could contain personal data. */
export const importIdForm = /^imp_[0-9a-f]{32}$/;

/** The id of the import that a request claims to be a row of. */
export function importIdOf({ headers }: Request): string | undefined {
  const id = headers['x-pearsana-import'];
  return id === undefined ? undefined : String(id);
}

export function rowWithoutKey(): BffError {
  return BffError.of(
    'VALIDATION_ERROR',
    'A row of an import needs the header Idempotency-Key. Send the same key each time you send the row.',
  );
}

type ImportCalls = 'lookUp' | 'announceImport' | 'imports' | 'importStatus' | 'stopImport';

/** Answers the calls that announce, show and stop imports, and the lookup of earlier writes. */
export function createImportAnswers(options: {
  environments: readonly EnvironmentFacts[];
  journal: Pick<Journal, 'announce' | 'imports' | 'importOf' | 'stopImport' | 'lookUp' | 'name'>;
  importsPerMinute: ImportsPerMinute;
}): Pick<OwnAnswers, ImportCalls> {
  const { environments, journal, importsPerMinute } = options;

  function perMinuteIn(environment: string): number {
    const facts = environments.find(({ id }) => id === environment);
    return facts ? importsPerMinute(facts) : 0;
  }

  const recordOf = (facts: ImportFacts): ImportRecord => ({
    ...facts,
    perMinute: perMinuteIn(facts.environment),
  });

  async function answerOf(facts: ImportFacts, { requestId }: RequestContext): Promise<Told> {
    return { journal: await journal.name(requestId), import: recordOf(facts) };
  }

  return {
    async lookUp({ caller, context, parameters: { environment }, request }) {
      const { operation, references = [], digests = [] } = request;
      requireGrant(context, caller, environment, operation);
      const reader = readerOf(caller, environment, context.requestId);
      const asked =
        operation === 'submitDocument'
          ? { environment, operation, digests: digests.map((digest) => Buffer.from(digest, 'hex')) }
          : { environment, operation, references };
      const found = await journal.lookUp(reader, asked);
      return {
        journal: await journal.name(context.requestId),
        results: found.map((write) => write && toldWrite(write, caller.id)),
      };
    },
    async announceImport({ caller, context, parameters: { environment }, request }) {
      const { operation, rows, digest, again = false } = request;
      requireGrant(context, caller, environment, operation);
      if (perMinuteIn(environment) === 0) {
        throw BffError.of(
          'IMPORTS_NOT_ALLOWED',
          `This BFF does not allow imports into ${environment}. Ask your BFF administrator to allow them (RATE_LIMIT_IMPORT_PER_MINUTE).`,
        );
      }
      const announcement = { caller: caller.id, environment, operation, rows, digest, again };
      const facts = await journal.announce(announcement, context.requestId);
      context.importId = facts.id;
      return answerOf(facts, context);
    },
    async imports({ caller, context: { requestId }, parameters: { environment } }) {
      const all = await journal.imports(readerOf(caller, environment, requestId));
      return {
        journal: await journal.name(requestId),
        imports: all.map(recordOf),
        perMinute: perMinuteIn(environment),
      };
    },
    importStatus: (call) => withImport(call, (reader, id) => journal.importOf(reader, id)),
    stopImport: (call) => withImport(call, (reader, id) => journal.stopImport(reader, id)),
  };

  async function withImport(
    { caller, context, parameters: { environment, id } }: ImportCall,
    find: (reader: Reader, id: string) => Promise<ImportFacts | undefined>,
  ): Promise<Told> {
    const facts = await find(readerOf(caller, environment, context.requestId), id);
    if (!facts) throw BffError.of('IMPORT_NOT_FOUND', `You have no such import in ${environment}.`);
    context.importId = facts.id;
    return answerOf(facts, context);
  }
}

type Told = Omit<ImportAnswer, 'environment' | 'requestId'>;
type ImportCall = {
  caller: Caller;
  context: RequestContext;
  parameters: { environment: string; id: string };
};

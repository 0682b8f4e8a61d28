import * as vscode from 'vscode';
import { operationCommands } from '../contributions.ts';
import type { Button } from '../failures/buttons.ts';
import type { ImportNames } from '../imports/import-names.ts';
import { plain } from '../plain-text.ts';
import type { Write } from '../views/activity-pages.ts';
import type { SentArgument, SentRequests } from '../writes/sent-requests.ts';
import { isWrite } from '../writes/write-words.ts';
import { readAgain } from './roster-source.ts';

/** The way back from a write that was sent to its review, in the same environment. */
export type SendAgain = {
  /** Absent for a write that cannot be sent from here. */
  button(write: Write): Button | undefined;
};

/**
 * What this window sent, it has whole, and the file of an import has its rows. Of other writes the person is known, and the
 * wizard asks for the rest.
 */
export function createSendAgain(
  sent: Pick<SentRequests, 'find'>,
  names: Pick<ImportNames, 'of' | 'fileOf'>,
): SendAgain {
  return {
    button(write) {
      const { environment, operation, externalReferences, state, startedAt, importId = '' } = write;
      if (!isWrite(operation) || state === 'in_flight') return undefined;
      const isForm = operation === 'createUser' || operation === 'createInvitation';
      const whole = sent.find(write.requestId);
      if (!whole && !isForm) return undefined;
      const file = isForm && !whole ? names.fileOf(importId) : undefined;
      const fileName = plain(names.of(importId) ?? '', 60);
      const find = async (): Promise<SentArgument & { why?: string }> => {
        if (whole) return whole;
        if (!file || !isForm) return { environment, request: { externalReferences } };
        const { rowAgain } = await import('../imports/row-again.ts');
        const row = { operation, externalReferences, fileName, columns: file.columns };
        return { environment, ...(await rowAgain(row, () => readAgain(vscode.Uri.parse(file.uri)))) };
      };
      return {
        title: 'Send Again…',
        async act() {
          const { why, ...found } = await find();
          const sentBefore = { state, startedAt, references: externalReferences, why };
          const again = { ...found, newKey: state === 'unknown', sentBefore };
          return vscode.commands.executeCommand(operationCommands[operation], again);
        },
      };
    },
  };
}

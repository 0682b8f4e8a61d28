import * as vscode from 'vscode';
import { operationCommands } from '../contributions.ts';
import type { Button } from '../failures/buttons.ts';
import type { Write } from '../views/activity-pages.ts';
import type { SentRequests } from '../writes/sent-requests.ts';
import { isWrite } from '../writes/write-words.ts';

/** The way back from a write that was sent to its review, in the same environment. */
export type SendAgain = {
  /** Absent for a write that cannot be sent from here. */
  button(write: Write): Button | undefined;
};

/** What this window sent, it has whole. Of other writes the person is known, and the wizard asks for the rest. */
export function createSendAgain(sent: Pick<SentRequests, 'find'>): SendAgain {
  return {
    button(write) {
      const { environment, operation, externalReferences, requestId, state, startedAt } = write;
      if (!isWrite(operation) || state === 'in_flight') return undefined;
      const isForm = operation === 'createUser' || operation === 'createInvitation';
      const known = isForm ? { environment, request: { externalReferences } } : undefined;
      const argument = sent.find(requestId) ?? known;
      if (!argument) return undefined;
      const sentBefore = { state, startedAt, references: externalReferences };
      const again = { ...argument, newKey: state === 'unknown', sentBefore };
      return {
        title: 'Send Again…',
        act: () => vscode.commands.executeCommand(operationCommands[operation], again),
      };
    },
  };
}

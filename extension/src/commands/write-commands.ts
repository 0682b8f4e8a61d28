import { invitationForm } from '../forms/invitation-form.ts';
import { userForm } from '../forms/user-form.ts';
import { createSubmitDocumentCommand } from './submit-document.ts';
import { createWriteCommand, type WriteDependencies } from './write.ts';

/** The commands that write one request at a time; files may take several. */
export function createWriteCommands(dependencies: WriteDependencies) {
  return {
    createUser: createWriteCommand(userForm, dependencies),
    invite: createWriteCommand(invitationForm, dependencies),
    submitDocument: createSubmitDocumentCommand(dependencies),
  };
}
